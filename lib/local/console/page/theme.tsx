import { effect, signal } from '@preact/signals';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const KEY = 'ari-eventbridge theme';
const stored = localStorage.getItem(KEY);
const theme = signal<Theme>(THEMES.find((each) => each === stored) ?? 'auto');

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem(KEY, theme.value);
});

/** The choice of theme: the system's, light, or dark. */
export function ThemeChoice() {
  return (
    <label class="theme">
      Theme
      <select
        value={theme.value}
        onInput={({ currentTarget }) => {
          theme.value = currentTarget.value as Theme;
        }}
      >
        {THEMES.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}
