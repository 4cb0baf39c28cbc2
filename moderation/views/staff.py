"""Who may enter the desk: signing in with password and one-time code, signing out, and the door itself."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from moderation import staffing
from moderation.capabilities import Capability, who_may
from moderation.desk_forms import StaffSignInForm
from moderation.models import Moderator
from moderation.signing_in import staff_of
from peers import arriving, limits, who

P = ParamSpec("P")
SIGN_IN = "/desk/sign-in"
SHIFT = "/desk/shift"
HANDOVER = "/desk/handover"
NOT_RIGHT = "That did not open the desk. Check the name, the password and a fresh code, then try once more."
TOO_MANY = "Too many tries for the moment. Wait a few minutes, then try once more with a fresh code."
FOR_MODERATORS = "The desk is for moderators. Hosts find their console in the live room they hold."


def at_desk_with(
    capability: Capability,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Moderator, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """Only staff with a verified one-time code whose role allows `capability` go in.

    Words sent by anyone else are given back, never lost.
    """

    def guard(
        view: Callable[Concatenate[HttpRequest, Moderator, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            moderator = staff_of(request)
            if moderator is None:
                return _to_sign_in(request)
            if not moderator.can(capability):
                return _closed(request, moderator, capability)
            if _is_an_act(request):
                staffing.be_seen(moderator=moderator)
            return view(request, moderator, *args, **kwargs)

        return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", guarded)

    return guard


def at_desk(
    view: Callable[Concatenate[HttpRequest, Moderator, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only people who work on cases go in."""
    return at_desk_with(Capability.TRIAGE)(view)


def _closed(request: HttpRequest, moderator: Moderator, capability: Capability) -> HttpResponse:
    """403, with a plain sentence; what was written is given back to copy."""
    sentence = who_may(capability) if moderator.has_desk else FOR_MODERATORS
    if kept := request.POST.get("body", "") or request.POST.get("why", ""):
        return render(request, "desk/not_yours.html", {"sentence": sentence, "kept": kept}, status=403)
    return render(request, "errors/403.html", {"sentence": sentence}, status=403)


def _is_an_act(request: HttpRequest) -> bool:
    """Whether a person did something just now: not a page's own beat, nor what one says of one's being here: the shift
    buttons, and the note to whoever comes next, which follows the end of a shift and does not begin it anew."""
    by_itself = "application/json" in request.headers.get("Accept", "")
    return request.method == "POST" and not by_itself and request.path not in {SHIFT, HANDOVER}


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return render(request, "desk/signed_out.html", {"kept": request.POST.get("body", "")}, status=403)
    return redirect(f"{SIGN_IN}?next={request.path}")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One form, one answer: which of the three was wrong is not told."""
    onward = _onward(request)
    if request.method != "POST":
        return render(request, "desk/sign_in.html", {"form": StaffSignInForm(), "next": onward})
    form = StaffSignInForm(request.POST)
    status = 422
    if form.is_valid():
        name = form.cleaned_data["username"]
        if _must_wait(request, name):
            form.add_error(None, TOO_MANY)
            status = 429
        elif _let_in(request, name, form.cleaned_data["password"], form.cleaned_data["code"]):
            return redirect(onward if request.user.has_desk or onward.startswith("/live/") else "/")  # type: ignore[union-attr]  # signed in as staff just now
        else:
            form.add_error(None, NOT_RIGHT)
    return render(request, "desk/sign_in.html", {"form": form, "next": onward}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends as member of staff and as their public voice."""
    arriving.sign_out(session=request.session)
    return redirect(SIGN_IN)


def _must_wait(request: HttpRequest, name: str) -> bool:
    by_name = limits.buckets().take(limits.SIGN_INS, f"staff:{name}")
    return bool(limits.wait_for(limits.SIGN_INS, request) or by_name)


def _let_in(request: HttpRequest, name: str, password: str, code: str) -> bool:
    user = auth.authenticate(request, username=name, password=password)
    device = _device_accepting(user, code) if isinstance(user, Moderator) else None
    if not isinstance(user, Moderator) or device is None:
        return False
    # A private identity never shares a session with the desk: what it held ends here.
    arriving.sign_out(session=request.session)
    auth.login(request, user)
    otp_login(request, device)
    arriving.speak_for(session=request.session, peer=user.peer, remember=False)
    who.forget_speaker(request)
    return True


def _device_accepting(user: Moderator, code: str) -> TOTPDevice | None:
    """The device whose code this is. A code counts once, and wrong ones slow the next try down (django-otp)."""
    with transaction.atomic():
        for device in TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True):
            if device.verify_is_allowed()[0] and device.verify_token(code):
                return cast("TOTPDevice", device)
    return None


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours and wanted.startswith(("/desk/", "/live/")) and wanted != SIGN_IN else "/desk/"
