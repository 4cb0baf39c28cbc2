"""Leaving for good: three ways, each in plain words, and one more step before anything goes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from peers import leaving, who
from peers.forms import LeaveForm
from peers.models import Kind
from peers.views.arriving import see_other
from peers.ways import with_next


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Choose a way, read what it does, say it once more; then it is done before the next page opens."""
    peer = who.speaker(request)
    if peer is None:
        return see_other(with_next("/sign-in", request.path))
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or peer.kind == Kind.STAFF or not form.is_valid():
        page = {"place": "my", "peer": peer, "form": form}
        return render(request, "peers/leave.html", page, status=422 if form.errors else 200)
    way = leaving.Way(form.cleaned_data["way"])
    if request.POST.get("sure") != "yes":
        return render(request, "peers/leave_sure.html", {"place": "my", "way": way.value})
    leaving.leave(peer=peer, way=way)
    request.session.flush()
    return see_other("/goodbye")


@require_safe
def goodbye(request: HttpRequest) -> HttpResponse:
    return render(request, "peers/goodbye.html")
