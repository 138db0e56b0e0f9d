// Shows changes within two seconds. Without it, the page shows them when it is loaded again.
const isBusy = (part) => part.matches(":focus-within")
  || [...part.querySelectorAll("input")].some((input) => input.value !== input.defaultValue);

async function update() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id);
      if (next && !next.isEqualNode(part) && !isBusy(part)) part.replaceWith(next);
    }
    document.body.classList.remove("offline");
  } catch {
    document.body.classList.add("offline");
  }
}

setInterval(update, 2000);
