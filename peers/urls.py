"""Addresses of this app."""

from django.urls import path

from peers.views import arriving, leaving, look, plain, space, words

urlpatterns = [
    path("arrive", arriving.arrive, name="arrive"),
    path("sign-in", arriving.sign_in, name="sign-in"),
    path("sign-out", arriving.sign_out, name="sign-out"),
    path("exit", arriving.leave_site, name="exit"),
    path("my/", space.my_space, name="my"),
    path("my/words", words.my_words, name="my-words"),
    path("my/look", look.my_look, name="my-look"),
    path("my/leave", leaving.leave, name="my-leave"),
    path("goodbye", leaving.goodbye, name="goodbye"),
    path("rules", plain.rules, name="rules"),
    path("privacy", plain.privacy, name="privacy"),
]
