import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { stateLooks } from './states.ts';

/**
 * The one theme: every colour, space, radius and font of Muster comes from here. State colours stand in states.ts,
 * because the map and the reports draw them too.
 */

const petrol: MantineColorsTuple = [
  '#edf6f7',
  '#dcebed',
  '#b6d5da',
  '#8cbdc5',
  '#69a8b2',
  '#4f99a4',
  '#3c8793',
  '#2c7683',
  '#1f6571',
  '#12535e',
];
const slate: MantineColorsTuple = [
  '#f7f8f9',
  '#eff1f3',
  '#e3e6e9',
  '#d3d8dc',
  '#b5bcc3',
  '#8e97a0',
  '#68727c',
  '#4e5761',
  '#343b43',
  '#1f252b',
];
const night: MantineColorsTuple = [
  '#dfe3e6',
  '#bcc3c9',
  '#97a0a8',
  '#6d7780',
  '#434b53',
  '#343b42',
  '#282e34',
  '#1e2327',
  '#171b1e',
  '#101315',
];

const red: MantineColorsTuple = [
  '#fdf2f1',
  '#fae3e0',
  '#f2bfba',
  '#e99891',
  '#e0726a',
  '#d4534b',
  '#c53a31',
  '#b32c23',
  '#9d231b',
  '#841b15',
];

const systemFonts =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif, 'Apple Color Emoji'";

export const theme = createTheme({
  colors: { petrol, red, gray: slate, dark: night },
  primaryColor: 'petrol',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  luminanceThreshold: 0.34,
  black: '#1b2127',
  fontFamily: systemFonts,
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'Roboto Mono', Menlo, monospace",
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.25' },
      h2: { fontSize: '1.25rem', lineHeight: '1.3' },
      h3: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h4: { fontSize: '0.9375rem', lineHeight: '1.45' },
    },
  },
  fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2.25rem' },
  radius: { xs: '4px', sm: '6px', md: '10px', lg: '14px', xl: '20px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  shadows: {
    xs: '0 1px 2px rgb(16 24 32 / 6%)',
    sm: '0 1px 3px rgb(16 24 32 / 8%), 0 1px 2px rgb(16 24 32 / 4%)',
    md: '0 4px 14px rgb(16 24 32 / 10%)',
    lg: '0 10px 30px rgb(16 24 32 / 14%)',
    xl: '0 18px 50px rgb(16 24 32 / 18%)',
  },
  // Named, not imported: a component that no page uses must not reach the first load.
  components: {
    Paper: { defaultProps: { withBorder: true, radius: 'md', p: 'md' } },
    Card: { defaultProps: { withBorder: true, radius: 'md', padding: 'md' } },
    Button: { styles: { label: { fontWeight: 560 } } },
    Badge: { styles: { label: { textTransform: 'none', fontWeight: 560 } } },
    Alert: { defaultProps: { radius: 'md', variant: 'light' } },
    Modal: { defaultProps: { radius: 'lg', centered: true, overlayProps: { backgroundOpacity: 0.4 } } },
    Drawer: { defaultProps: { overlayProps: { backgroundOpacity: 0.3 } } },
    Menu: { defaultProps: { shadow: 'md', radius: 'md' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } } },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 'sm', borderColor: 'var(--muster-hairline)' } },
    Loader: { defaultProps: { size: 'sm' } },
  },
});

/** In the dark, Mantine's own tints are too near to black to tell one from another. */
const softColors = Object.fromEntries(
  Object.entries({
    petrol: ['#1f3a40', '#254449', '#a9d4da'],
    red: ['#3b2422', '#472b28', '#ffb4ad'],
    yellow: ['#372d17', '#42361c', '#f2c877'],
    gray: ['#2a3036', '#31383f', '#c9d0d6'],
  }).flatMap(([name, [rest, hover, text]]) => [
    [`--mantine-color-${name}-light`, rest],
    [`--mantine-color-${name}-light-hover`, hover],
    [`--mantine-color-${name}-light-color`, text],
  ]),
) as Record<string, string>;

/** The colours that Mantine has no name for: canvas behind cards, hairlines, and one triple per state. */
export const cssVariables: CSSVariablesResolver = () => {
  const statesOf = (scheme: 'light' | 'dark') =>
    Object.fromEntries(
      Object.entries(stateLooks).flatMap(([key, look]) => [
        [`--state-${key}`, look.color[scheme]],
        [`--state-${key}-soft`, look.soft?.[scheme] ?? 'transparent'],
      ]),
    );
  return {
    variables: { '--muster-reading-width': '44rem' },
    light: {
      ...statesOf('light'),
      '--muster-canvas': '#f4f6f7',
      '--muster-surface': '#ffffff',
      '--muster-hairline': '#e3e6e9',
      '--muster-hover': '#f1f4f5',
      '--muster-focus': '#1f6571',
      '--muster-accent': '#1f6571',
      '--muster-accent-soft': '#dcebed',
      '--muster-on-accent-soft': '#12535e',
      '--muster-chosen': '#edf6f7',
      '--muster-rail': '#e3e6e9',
      '--muster-ground': '#eef0ea',
      '--muster-inverse': '#1f252b',
      '--muster-on-inverse': '#ffffff',
      '--mantine-color-dimmed': '#5c6670',
      '--mantine-color-default-border': '#d9dee2',
    },
    dark: {
      ...statesOf('dark'),
      '--muster-canvas': '#14181b',
      '--muster-surface': '#1e2327',
      '--muster-hairline': '#2f363c',
      '--muster-hover': '#262c31',
      '--muster-focus': '#8cbdc5',
      '--muster-accent': '#8cbdc5',
      '--muster-accent-soft': '#12535e',
      '--muster-on-accent-soft': '#dcebed',
      '--muster-chosen': '#1d3137',
      '--muster-rail': '#343b42',
      '--muster-ground': '#1a2023',
      '--muster-inverse': '#e3e6e9',
      '--muster-on-inverse': '#101315',
      '--mantine-color-error': '#ff8a80',
      ...softColors,
      '--mantine-color-dimmed': '#9aa4ad',
      '--mantine-color-default-border': '#39424a',
    },
  };
};
