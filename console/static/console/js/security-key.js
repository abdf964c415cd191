// Security keys (WebAuthn): the button asks the browser for the key's answer and sends it with the form.
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ids = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function create(options) {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: ids(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey });
    return answer(made, {
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    });
  }

  async function get(options) {
    const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: ids(options.allowCredentials) };
    const got = await navigator.credentials.get({ publicKey });
    return answer(got, {
      authenticatorData: text(got.response.authenticatorData),
      signature: text(got.response.signature),
      userHandle: got.response.userHandle ? text(got.response.userHandle) : null,
    });
  }

  function answer(credential, response) {
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
    };
  }

  const WORDS = {
    InvalidStateError: "This key is set up here already. Use another one.",
    NotAllowedError: "The key gave no answer in time, or was not allowed to. Try again.",
    SecurityError: "Keys work only at the console's own name over HTTPS. Open it by that name.",
  };

  async function press(button) {
    const form = button.closest("form");
    const said = form.querySelector("[data-key-said]");
    said.textContent = "Touch the key now.";
    try {
      const options = JSON.parse(button.dataset.options).publicKey;
      const credential = await (button.dataset.key === "create" ? create(options) : get(options));
      form.querySelector("input[name=credential]").value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      said.textContent = WORDS[error.name] || `The key could not be used (${error.name}). Try another browser or key.`;
    }
  }

  for (const button of document.querySelectorAll("button[data-key]")) {
    button.disabled = !window.PublicKeyCredential;
    button.addEventListener("click", () => press(button));
  }
})();
