
const form = document.querySelector("form");
const outcome = document.getElementById("outcome");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ new_password: document.getElementById("new").value }),
    });
    if (answer.ok) {
      form.remove();
      outcome.textContent = "Your new password is set; you can log in with it now.";
      return;
    }
    const problem = await answer.json();
    const violations = (problem.violations || []).map((violation) => violation.detail);
    outcome.textContent = [problem.detail, ...violations].join(" ");
  } catch {
    outcome.textContent = "The answer did not come; try again in half a minute.";
  }
  button.disabled = false;
});
