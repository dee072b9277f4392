/* Passkeys need JavaScript: make one, or sign a challenge, and send the answer as a form. */
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const readable = (options) => {
    const list = (ids) => (ids || []).map((id) => ({ ...id, id: bytes(id.id) }));
    const out = { ...options, challenge: bytes(options.challenge) };
    if (options.user) out.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) out.excludeCredentials = list(options.excludeCredentials);
    if (options.allowCredentials) out.allowCredentials = list(options.allowCredentials);
    return out;
  };

  const sendable = (credential) => {
    const answer = credential.response;
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (answer[name]) response[name] = text(answer[name]);
    if (answer.getTransports) response.transports = answer.getTransports();
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };

  const optionsFor = async (form) => {
    if (form.dataset.options) {
      const answer = await fetch(form.dataset.options, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      return (await answer.json()).request_options;
    }
    const all = JSON.parse(document.getElementById("passkey-options").textContent);
    return all.creation_options || all.request_options;
  };

  const run = async (form) => {
    const publicKey = readable((await optionsFor(form)).publicKey);
    if (form.dataset.passkey === "get") return navigator.credentials.get({ publicKey });
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    };
    return navigator.credentials.create({ publicKey });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-button]");
    const failed = form.querySelector("[data-passkey-failed]");
    const start = async () => {
      failed.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(sendable(await run(form)));
        form.requestSubmit();
      } catch {
        failed.hidden = false;
      }
    };
    button.addEventListener("click", start);
    /* Enter in the name of a new passkey does what the button does. */
    form.addEventListener("submit", (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      start();
    });
    form.hidden = false;
    button.hidden = false;
  }
})();
