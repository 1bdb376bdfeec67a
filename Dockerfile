# Two stages: packages and static files are made in the first, the second only runs them, as a user without rights.
FROM python:3.13-slim-trixie AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PIP_NO_CACHE_DIR=1
# 1 makes uv trust the system's certificates, for networks whose proxy opens TLS
ARG UV_SYSTEM_CERTS=0
RUN pip install --no-cache-dir uv==0.13.8
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN uv venv /venv && UV_SYSTEM_CERTS=$UV_SYSTEM_CERTS uv pip sync --python /venv/bin/python --require-hashes requirements/base.txt
COPY . .
# The addresses are only there so that the settings load; nothing is connected to while files are collected.
RUN PROFILE=production DATABASE_URL=postgresql://build@build/build REDIS_URL=redis://build:6379/0 \
    SECRET_KEY=build-only-build-only-build-only-build-only-build-only EMAIL_URL=console: \
    SEAL_KEYS=build:YnVpbGQtb25seS1idWlsZC1vbmx5LWJ1aWxkLW9ubHk= \
    /venv/bin/python manage.py collectstatic --noinput

FROM python:3.13-slim-trixie
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PROFILE=production \
    MEDIA_ROOT=/data/media IMPORT_ROOT=/data/imports POLICY_DIR=/data/policies
RUN groupadd --gid 10001 holdfast && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin holdfast \
    && mkdir -p /data/media /data/imports /data/policies
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build /app/policies /data/policies
RUN chown -R 10001:10001 /data
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws", "config.wsgi:application"]
