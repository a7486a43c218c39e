// Light, dark, or as the system has it; and colours as a canvas needs them.

const KEY = "dragoman-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function startTheme(onChange) {
  const buttons = [...document.querySelectorAll("[data-theme-choice]")];
  const choose = (choice) => {
    document.documentElement.dataset.theme = choice;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    onChange();
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      try {
        localStorage.setItem(KEY, button.dataset.themeChoice);
      } catch {
        // A browser that keeps nothing: the choice holds until the page is closed.
      }
      choose(button.dataset.themeChoice);
    });
  }
  system.addEventListener("change", onChange);
  let kept = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // As above.
  }
  if (kept === "light" || kept === "dark") choose(kept);
}

const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);

/** The colour that a custom property stands for now: a canvas knows no variables. */
export function colour(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}
