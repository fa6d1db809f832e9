/** The colours, radii and type of Zenith's page (src/dashboard/app.css), as far as a form needs them. */
export const LOGIN_CSS = `:root {
  color-scheme: light dark;
  --page: light-dark(#f6f6f8, #0b0d12);
  --panel: light-dark(#ffffff, #12151c);
  --line: light-dark(#e4e6eb, #232833);
  --field: light-dark(#858d9c, #667084);
  --text: light-dark(#151821, #e9ebf1);
  --soft: light-dark(#59616f, #98a1b2);
  --accent: light-dark(#4457d9, #8d9eff);
  --accent-dim: light-dark(#c5ccf7, #39437a);
  --on-accent: light-dark(#ffffff, #0b0d12);
  --bad: light-dark(#c02b3a, #ff7a85);
  --bad-wash: light-dark(#fdeaec, #2e171b);
}
* {
  box-sizing: border-box;
  margin: 0;
}
body {
  display: grid;
  min-height: 100vh;
  place-content: center;
  padding: 1.5rem;
  background: var(--page);
  color: var(--text);
  font: 0.875rem/1.5 "Inter", -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-font-smoothing: antialiased;
}
main {
  width: min(22rem, calc(100vw - 3rem));
}
.wordmark {
  display: flex;
  align-items: center;
  gap: 0.625rem;
  margin-bottom: 1.5rem;
  font-size: 1rem;
  font-weight: 600;
  letter-spacing: -0.025em;
}
svg {
  width: 1.75rem;
  height: 1.75rem;
}
.arc {
  fill: none;
  stroke: var(--accent);
  stroke-width: 2.5;
  stroke-linecap: round;
}
.arc.dim {
  stroke: var(--accent-dim);
}
.star {
  fill: var(--accent);
}
h1 {
  margin-bottom: 0.75rem;
  font-size: 1.25rem;
  line-height: 1.75rem;
}
form,
.box {
  display: grid;
  gap: 0.375rem;
  padding: 1.25rem;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--panel);
}
label {
  color: var(--soft);
  font-size: 0.75rem;
}
input,
button {
  width: 100%;
  padding: 0.5rem 0.75rem;
  border: 1px solid var(--field);
  border-radius: 0.5rem;
  background: var(--page);
  color: inherit;
  font: inherit;
}
input {
  margin-bottom: 0.5rem;
}
input[type="hidden"] {
  display: none;
}
button {
  margin-top: 0.5rem;
  border-color: var(--accent);
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
  cursor: pointer;
}
a {
  justify-self: center;
  margin-top: 0.5rem;
  color: var(--accent);
}
.way {
  display: block;
  margin-top: 0.75rem;
  padding: 0.5rem 0.75rem;
  border: 1px solid var(--field);
  border-radius: 0.5rem;
  background: var(--panel);
  color: var(--text);
  font-weight: 600;
  text-align: center;
  text-decoration: none;
}
:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}
.problem {
  margin-bottom: 0.5rem;
  padding: 0.5rem 0.75rem;
  border-radius: 0.5rem;
  background: var(--bad-wash);
  color: var(--bad);
}
`
