"""Static files under names that carry their hash, ES modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Rewrites `import "./x.js"` too, so that a page never mixes two releases' modules."""

    support_js_module_import_aggregation = True
    # A page must open even where collectstatic was not run (tests, a first look).
    manifest_strict = False
