// @ts-check
/** One's hand in a live room: raised and taken down without leaving what is being typed. */

export class Hand {
  /**
   * @param {HTMLFormElement} form @param {HTMLButtonElement} button
   * @param {(words: string) => void} say @param {() => void} changed whatever stands for oneself is to be read anew
   */
  constructor(form, button, say, changed) {
    this.form = form;
    this.button = button;
    this.say = say;
    this.changed = changed;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.wish();
    });
  }

  /** @param {string} hand `up` or `down` */
  show(hand) {
    this.button.value = hand === "up" ? "down" : "up";
    this.button.textContent = hand === "up" ? "Take my hand down" : "Raise my hand";
  }

  /** @param {boolean} yes whether hands are raised here at the moment */
  offer(yes) {
    this.button.toggleAttribute("hidden", !yes);
    if (!yes) this.show("down"); // the host took all of them down
  }

  async wish() {
    const body = new FormData(this.form);
    const wished = this.button.value; // what the button says may change before the answer is here
    body.set("hand", wished);
    try {
      const answer = await fetch(this.form.action, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok) return this.say("Hands are not raised at this moment.");
      this.show(wished);
      if (wished === "down") this.say("Your hand is down.");
      this.changed(); // that it is up stands there
    } catch {
      this.say("The connection is lost for the moment. Please press again.");
    }
    return undefined;
  }
}
