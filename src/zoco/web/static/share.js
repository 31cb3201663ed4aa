// Links with `data-share` hand that address on by whatever the device has for it, or copy it. Without it they write a mail.

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-share]");
  const { share: url, title, copied } = link?.dataset ?? {};
  if (!url || event.defaultPrevented) return;
  if (navigator.share) {
    event.preventDefault();
    navigator.share({ title, url }).catch(() => {}); // somebody thought better of it
  } else if (navigator.clipboard) {
    event.preventDefault();
    navigator.clipboard.writeText(url).then(
      () => {
        if (link.nextElementSibling) link.nextElementSibling.textContent = copied;
      },
      () => location.assign(link.href),
    );
  }
});
