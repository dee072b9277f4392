from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("v1/", include("mains.api.v1.urls")),
    path(
        "v1/openapi.yaml",
        SpectacularAPIView.as_view(
            urlconf="mains.config.urls.portal", authentication_classes=[], permission_classes=[]
        ),
        name="openapi",
    ),
    path(
        "v1/docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="openapi",
            authentication_classes=[],
            permission_classes=[],
            # What it would answer to OPTIONS has no template.
            http_method_names=["get", "head"],
        ),
        name="api-docs",
    ),
]
