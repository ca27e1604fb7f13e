# Three images: `build` makes the environment, `runtime` is the service, `database` is PostgreSQL with our roles.
#
#   make image                                 the service, as autism-pathway:dev
#   docker compose up --build                  everything (see .env.example)

ARG PYTHON=3.13
ARG POSTGRES=18

FROM python:${PYTHON}-slim AS build
ENV UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN pip install --no-cache-dir --disable-pip-version-check 'uv>=0.6,<1'
WORKDIR /app
# The dependencies change rarely and are a layer of their own.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project
COPY README.md LICENSE ./
COPY pathway pathway
COPY fhir fhir
COPY migrations migrations
RUN uv sync --locked --no-dev --no-editable

FROM python:${PYTHON}-slim AS runtime
LABEL org.opencontainers.image.title="Autism pathway" org.opencontainers.image.licenses="MIT"
COPY --from=build /app/.venv /app/.venv
# The image is run read-only: what is written, such as .pathway, goes to the working directory, which is in memory.
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["pathway"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

FROM postgres:${POSTGRES} AS database
# A new volume takes over the owner of the folder that it covers, so the archive must exist and be the server's.
RUN install -d -o postgres -g postgres -m 0700 /archive
COPY --chmod=0755 scripts/create_database_logins /docker-entrypoint-initdb.d/10-logins.sh
USER postgres
