# One image for the site and the worker. Built from the same locked packages as ./run.
FROM python:3.12-slim AS packages
COPY requirements.txt /requirements.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /requirements.txt

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 lamplight && mkdir -p /data && chown lamplight /data
COPY --from=packages /venv /venv
COPY --chown=lamplight . /site
WORKDIR /site
USER lamplight
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LAMPLIGHT_DATA=/data LAMPLIGHT_PRODUCTION=1 LAMPLIGHT_STATIC=/site/staticfiles
# Static files need no secret and no database; these values are used for this one command only. It leaves the rules
# translated in the image, so that each container starts in seconds.
RUN LAMPLIGHT_DATA=/tmp/build python manage.py collectstatic --noinput --verbosity 0 && rm -rf /tmp/build
EXPOSE 8000
CMD ["sh", "-c", "exec python -m uvicorn config.asgi:application --host 0.0.0.0 --port 8000 --ws realtime.wire:Wire --ws-per-message-deflate false --ws-max-size 65536 --ws-max-queue 16 --lifespan off --timeout-graceful-shutdown 5 --no-server-header --no-access-log --log-level warning --proxy-headers --forwarded-allow-ips \"${LAMPLIGHT_TRUSTED_PROXIES:-}\""]
