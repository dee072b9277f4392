"""What protects a login: password, second step, passkeys, open sessions; and whose it is."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Task
from mains.identity import actions as identity
from mains.identity import passwords, queries
from mains.journeys import login_security
from mains.portal.security.access import BY_LOGIN, LoginRequest, login_required
from mains.portal.security.forms import ChangePassword, ChoosePassword, Details
from mains.tenancy import registry


@require_safe
@login_required
def hub(request: LoginRequest) -> HttpResponse:
    """
    List what protects the login, and how it stands.
    """
    user_id = request.user.pk
    second = queries.has_second_factor(user_id=user_id)
    keys = queries.passkeys(user_id=user_id)
    tasks = [
        Task(_("Password"), "", url="/me/security/password/", hint=_("Choose another one.")),
        Task(
            _("Second step at sign-in"),
            _("On") if second else _("Off"),
            "ok" if second else "",
            "/account/2fa/",
            _("A code besides the password, so that the password alone opens nothing."),
        ),
        Task(
            _("Passkeys"),
            str(keys) if keys else _("None"),
            "ok" if keys else "",
            "/account/2fa/webauthn/",
            _("Sign in with a finger, a face or a PIN. Nobody can guess or overhear it."),
        ),
        Task(
            _("Where you are signed in"),
            "",
            url="/me/security/sessions/",
            hint=_("Sign out of a device that you no longer have."),
        ),
    ]
    if request.tenant is None:
        tasks.insert(
            0, Task(_("Name and user name"), "", url="/me/details/", hint=str(request.user))
        )
        tasks.insert(1, Task(_("E-mail"), "", url="/me/email/", hint=request.user.email))
    return render(request, "portal/security/hub.html", {"tasks": tasks})


@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "POST"])
@login_required
def password(request: LoginRequest) -> HttpResponse:
    """
    Change the password; who came with a temporary one only chooses the new.
    """
    forced = request.user.must_change_password
    kind = ChoosePassword if forced else ChangePassword
    form = kind(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and _change(request, form):
        messages.success(
            request, _("Your password was changed, and every other device was signed out.")
        )
        return redirect("/" if forced else "security:hub")
    status = 422 if form.errors else 200
    context = {"form": form, "forced": forced}
    return render(request, "portal/security/password.html", context, status=status)


def _change(request: LoginRequest, form: ChoosePassword) -> bool:
    if not BY_LOGIN.spend(request.user.pk):
        form.add_error(None, _("There were too many tries. Wait ten minutes."))
        return False
    try:
        user = login_security.change_password(
            user_id=request.user.pk,
            current=form.cleaned_data.get("current", ""),
            new=form.cleaned_data["password"],
            keep_session=_key(request),
            site=registry.site_url(request),
            now=request.now,
        )
    except identity.WrongPassword:
        form.add_error("current", _("This is not your current password. Type it again."))
        return False
    except passwords.SamePassword:
        form.add_error("password", _("This is the password you have. Choose another one."))
        return False
    BY_LOGIN.forget(user.pk)
    before = _key(request)
    update_session_auth_hash(request, user)
    login_security.carry_session(before=before, after=_key(request))
    return True


@require_http_methods(["GET", "POST"])
@login_required
def sessions(request: LoginRequest) -> HttpResponse:
    """
    Show where the login is signed in; end one session, or all the others.
    """
    user_id = request.user.pk
    if request.method == "POST":
        one = request.POST.get("session", "")
        if one.isdecimal() and len(one) < 19:
            login_security.end_session(user_id=user_id, session_id=int(one), now=request.now)
        elif "others" in request.POST:
            login_security.end_other_sessions(user_id=user_id, keep=_key(request), now=request.now)
        messages.success(request, _("Signed out there."))
        return redirect("security:sessions")
    found = queries.sessions(user_id=user_id, current=_key(request))
    return render(request, "portal/security/sessions.html", {"sessions": found})


@require_http_methods(["GET", "POST"])
@login_required
def details(request: LoginRequest) -> HttpResponse:
    """
    Change the name and the user name.
    """
    user = request.user
    initial = {"name": user.name, "username": user.username or ""}
    form = Details(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            identity.change_details(user_id=user.pk, **form.cleaned_data)
        except identity.UsernameTaken:
            form.add_error("username", _("Somebody else has this user name. Choose another one."))
        else:
            messages.success(request, _("Saved."))
            return redirect("/me/")
    status = 422 if form.errors else 200
    return render(request, "portal/security/details.html", {"form": form}, status=status)


def _key(request: LoginRequest) -> str:
    return request.session.session_key or ""
