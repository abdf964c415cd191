"""The whole site's addresses on one screen: each part of `console.web` brings its own list."""

from django.urls import include, path

urlpatterns = [
    path("", include("console.web.urls")),
]
