"""Settings of the site. Everything that differs between machines comes from LAMPLIGHT_* variables (docs/running.md)."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA", str(BASE_DIR / "var"))).resolve()
DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")

DEBUG = env.flag("DEBUG")
# Demo people and the demo command exist only on a site that says it is not a real one.
PRODUCTION = env.flag("PRODUCTION")
SECRET_KEY = env.secret("SECRET_KEY", beside=DATA_DIR, may_create=not DATABASE_URL)
# The key under which recovery words are stored. Changing it signs every peer out for ever.
PEPPER = env.secret("PEPPER", beside=DATA_DIR, may_create=not DATABASE_URL)
ALLOWED_HOSTS = env.words("HOSTS", "localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "peers",
    "forum",
    "moderation",
    "realtime",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.Privacy",
    "moderation.help_page.HelpFirst",  # answers /help before anything that needs the database
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",  # enforces ALLOWED_HOSTS
    "peers.middleware.SameOrigin",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "peers.pages.context"],
            # Upper apps show themselves on forum pages through these tags; forum imports none of them.
            "builtins": [
                "django.templatetags.static",
                "peers.templatetags.peers",
                "forum.templatetags.forum",
                "moderation.templatetags.moderation",
                "realtime.templatetags.realtime",
            ],
        },
    }
]

DATABASES = {"default": env.database(DATABASE_URL, beside=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
USE_I18N = False

# --- the seams between the layers ------------------------------------------------------------------------------
FORUM_INTAKE = "moderation.intake.INTAKE"
# Who beside its host looks after the messages of a live room, and sees its console.
FORUM_LIVE_CARE = "moderation.live_beside.cares_for"
# What each app does, inside one transaction, when a person leaves. In this order.
PEERS_LEAVING = ["moderation.leaving.forget", "forum.leaving.forget"]
# The countries a reader can choose: those help is known for.
PEERS_COUNTRIES = "moderation.help.register.countries"
# The worker erases the words of cases so many months after they were closed; 0: never.
CASE_MONTHS = int(env.text("CASE_MONTHS", "12"))
# No archive takes younger events out of the audit log: words stay in closed cases for 12 months, and what was done to a
# case stays readable beside them for as long. A leap year's twelve months, so that no day is dropped early.
AUDIT_KEPT = timedelta(days=366)
PEERS_LIMITS = "realtime.limits.RedisBuckets" if REDIS_URL else "peers.limits.MemoryBuckets"

# --- who is speaking -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "moderation.Moderator"
AUTHENTICATION_BACKENDS = ["moderation.signing_in.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "peers.sessions"
SESSION_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_NAME = "lamplight" if DEBUG else "__Host-lamplight"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600  # of a session that was not asked to stay; "remember me" is 30 days
LOOK_COOKIE_NAME = "lamplight-look" if DEBUG else "__Host-lamplight-look"
OTP_TOTP_ISSUER = "Lamplight"

# --- what leaves the server ------------------------------------------------------------------------------------
SECURE_HSTS_SECONDS = 0 if DEBUG else 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# same-origin, because no-referrer turns a form's Origin into "null" and every POST into a refusal.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["lamplight"],
    }
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {"staticfiles": {"BACKEND": "config.statics.HashedStatics"}}
WHITENOISE_USE_FINDERS = DEBUG
EXIT_SITE = env.text("EXIT_SITE", "https://www.bbc.co.uk/weather")
# The address moderators' alerts link to, and where alerts are posted (signed with SECRET_KEY); empty: none.
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")
ALERT_WEBHOOK = env.text("ALERT_WEBHOOK")
# E-mail to moderators who gave an address; empty: none is sent. TLS: starttls, always (from the first byte) or off.
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = int(env.text("EMAIL_PORT", "587"))
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = env.text("EMAIL_TLS", "starttls") == "starttls"
EMAIL_USE_SSL = env.text("EMAIL_TLS") == "always"
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM") or f"lamplight@{urlsplit(SITE_URL).hostname or 'localhost'}"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # redis-py 8 gives up on a silent connection after 5 s; a quiet room is silent for hours.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None, "socket_keepalive": True}]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # peers.middleware.SameOrigin does this work without a cookie for readers
    "security.W008",  # the proxy in front redirects to https; an onion service has none to redirect to
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_words": {"()": "config.quiet_logs.NoWords"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["no_words"], "formatter": "line"}},
    "formatters": {"line": {"()": "config.quiet_logs.Line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "uvicorn": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
