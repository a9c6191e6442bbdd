"""Where signing in and the accounts are."""
from __future__ import annotations

from django.urls import path

from console.people import invitations, signing, views

urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("code/", signing.second_factor, name="second_factor"),
    path("code/set-up/", signing.second_factor_set_up, name="second_factor_set_up"),
    path("first/", signing.home_of_staff, name="home_of_staff"),
    path("account/", signing.account, name="account"),
    path("account/password/", signing.change_password, name="change_password"),
    path("join/<str:token>/", invitations.join, name="join"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<int:pk>/", views.change_person, name="change_person"),
]
