"""The whole site's addresses on one screen: the API's before those of the pages."""

from django.urls import include, path

urlpatterns = [
    path("", include("console.api.site")),
    path("", include("console.web.urls")),
]
