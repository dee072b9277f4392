(least) => {
  const found = [];
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";
  for (const element of document.querySelectorAll(controls)) {
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    if (element.tagName === "A" && style.display === "inline") continue;
    if (style.position === "absolute" && element.classList.contains("skip")) continue;
    let height = element.getBoundingClientRect().height;
    // A whole-row label, or a link stretched over its row, is the real target.
    const label = element.closest("label");
    if (label) height = Math.max(height, label.getBoundingClientRect().height);
    const cover = getComputedStyle(element, "::after");
    if (cover.position === "absolute" && cover.content !== "none") {
      height = Math.max(height, parseFloat(cover.height) || 0);
    }
    if (height < least - 0.5) {
      const name = (element.innerText || element.name || element.id || "").trim().slice(0, 40);
      found.push(`${height.toFixed(0)} px: <${element.tagName.toLowerCase()}> ${name}`);
    }
  }
  return found;
}
