"""Django's settings: they arrange what env.py read, and decide nothing about a tenant."""

from mains.branding.themes import themes_root
from mains.config.env import ROOT, environment
from mains.config.logs import LOGGING  # noqa: F401

DEBUG = environment.debug
# The demo shows every tenant's outbox to whoever asks; nothing else does.
DEMO = environment.demo
SECRET_KEY = environment.secret_key
# HostMiddleware answers 404 to every host that no tenant and no surface of ours has.
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False

BOTH_APPS = [
    "mains.audit",
    "mains.identity",
    "django.contrib.sessions",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "mains.notifications",
]
SHARED_APPS = ["mains.tenancy", "mains.sandbox", *BOTH_APPS]
TENANT_APPS = [
    *BOTH_APPS,
    "mains.documents",
    "mains.customers",
    "mains.ledger",
    "mains.metering",
    "mains.tariffs",
    "mains.billing",
    "mains.einvoices",
    "mains.payments",
    "mains.enrolment",
    "mains.support",
    "mains.privacy",
    "mains.approvals",
    "mains.api",
]
# Apps without tables of their own in any schema: nobody uses Django's permissions (D12).
TABLELESS_APPS = [
    "mains.guard",
    "mains.core",
    "mains.branding",
    "mains.portal",
    "mains.demo",
    "mains.console",
    "mains.backoffice",
    "django_tenants",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
# Ours first, so that our templates stand before a library's.
INSTALLED_APPS = sorted(
    dict.fromkeys([*TABLELESS_APPS, *SHARED_APPS, *TENANT_APPS]),
    key=lambda app: not app.startswith("mains."),
)

TENANT_MODEL = "tenancy.Tenant"
TENANT_DOMAIN_MODEL = "tenancy.Domain"
TENANT_SYNC_ROUTER = "mains.guard.router.GuardRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]
PG_EXTRA_SEARCH_PATHS = ["ext"]
# No process asks the database anything before it knows for whom.
SKIP_PG_EXTRA_VALIDATION = True

_database = environment.owner_database if environment.as_owner else environment.database
DATABASES = {
    "default": {
        "ENGINE": "mains.guard.owner" if environment.as_owner else "mains.guard.backend",
        "NAME": _database.name if _database else "",
        "USER": _database.user if _database else "",
        "PASSWORD": _database.password if _database else "",
        "HOST": _database.host if _database else "",
        "PORT": _database.port if _database else "",
        "CONN_MAX_AGE": 600,
        "DISABLE_SERVER_SIDE_CURSORS": environment.database_pooled,
        # Roles belong to the whole server, so their names start with the database's.
        "ROLE_PREFIX": environment.role_prefix,
        "TEST": {"NAME": environment.database.name},
    }
}
OWNER_DATABASE = environment.owner_database
APPLICATION_LOGIN = environment.database.user
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "mains.core.requests.RequestIdMiddleware",
    "mains.core.addresses.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mains.tenancy.middleware.HostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mains.tenancy.middleware.LanguageMiddleware",
    "mains.tenancy.faces.BrandMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    # Above it an own login is resolved, and devices are listed; below it, the one looked at.
    "mains.portal.support.middleware.SupportViewMiddleware",
    "mains.identity.middleware.ResolveUserMiddleware",
    "mains.identity.middleware.PersonalAnswersMiddleware",
    "mains.identity.middleware.ForcedPasswordMiddleware",
    "mains.identity.middleware.SecondStepMiddleware",
    "mains.console.middleware.ConsoleTenantMiddleware",
    "mains.tenancy.middleware.ClockMiddleware",
    "mains.portal.legal.renewing.TermsMiddleware",
    "mains.enrolment.access_log.AccessLogMiddleware",
    "mains.guard.middleware.ReadOnlyMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mains.portal.support.middleware.ShowOnlyMiddleware",
]
CSRF_FAILURE_VIEW = "mains.core.errors.expired_form"
ROOT_URLCONF = "mains.config.urls.platform"
WSGI_APPLICATION = "mains.config.wsgi.application"
PLATFORM_HOST = environment.platform_host
PUBLIC_SCHEME = environment.scheme
PUBLIC_PORT = environment.public_port
# Whose word about where a request came from is taken; nobody's unless it is named.
TRUSTED_PROXIES = environment.trusted_proxies

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.messages.context_processors.messages",
                "mains.branding.context.brand",
                "mains.portal.shell.portal",
                "mains.console.shell.console",
                "mains.backoffice.shell.backoffice",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["mains.identity.backends.LoginBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "mains.journeys.allauth_adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "confirm_email_verification_code": "mains.identity.forms.ConfirmEmail",
    "login": "mains.identity.forms.SignIn",
    "reauthenticate": "mains.identity.forms.Reauthenticate",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# allauth's signed confirmation key names only a row number, so it would hold in every tenant.
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_ADAPTER = "mains.journeys.allauth_adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Passkeys belong to one host. Browsers allow them without TLS on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = environment.scheme == "http"
MFA_FORMS = {
    "authenticate": "mains.identity.forms.SecondStep",
    "reauthenticate": "mains.identity.forms.ReauthenticateByCode",
    "activate_totp": "mains.identity.forms.ActivateApp",
    "add_webauthn": "mains.identity.forms.AddPasskey",
    "edit_webauthn": "mains.identity.forms.NamePasskey",
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.scheme == "https"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
_port = f":{environment.public_port}" if environment.public_port else ""
GATEWAY_HOST = f"cards.{environment.platform_host}{_port}"
SECURE_CSP = {
    "default-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "img-src": ["'self'", "data:"],
    # A form may lead on to the page of a payment gateway.
    "form-action": [
        "'self'",
        f"{environment.scheme}://{GATEWAY_HOST}",
        "https://checkout.stripe.com",
    ],
}

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("hu", "Magyar"),
    ("it", "Italiano"),
    ("lv", "Latviešu"),
    ("uk", "Українська"),
]
LOCALE_PATHS = [ROOT / "locales"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [("themes", themes_root())]
STATIC_ROOT = environment.data_dir / "static"
WHITENOISE_USE_FINDERS = True
TENANTS_DIR = ROOT / "tenants"
DATA_DIR = environment.data_dir
VAULT_DIR = environment.vault_dir
# The first seals, all open; two while one replaces the other.
MASTER_KEYS = environment.master_keys
STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS, STRIPE_ADDRESS = (
    environment.stripe_secret_key,
    environment.stripe_webhook_secrets,
    environment.stripe_address,
)

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache"
        if environment.cache_url
        else "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": environment.cache_url or "mains",
        "KEY_FUNCTION": "mains.guard.keys.cache_key",
    }
}

SMTP_URL = environment.smtp_url
S3_BUCKET, S3_ENDPOINT, S3_REGION = (
    environment.s3_bucket,
    environment.s3_endpoint,
    environment.s3_region,
)
CELERY_BROKER_URL = environment.broker_url or "memory://"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than any task may run, or the broker would hand a running task to a second worker.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7_200, "socket_connect_timeout": 3}
CELERY_TASK_TIME_LIMIT = 3_600
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "mains.sweep", "schedule": 30.0},
    "nightly": {"task": "mains.nightly", "schedule": 3_600.0},
}
SENTRY_DSN = environment.sentry_dsn

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["mains.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "mains.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mains API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
SILENCED_SYSTEM_CHECKS: list[str] = []
