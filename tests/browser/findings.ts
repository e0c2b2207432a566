import type { Page } from 'playwright-core';

/**
 * What a page must never have, found in its document: small checks of our own, one function that runs inside the page
 * and therefore uses nothing from outside itself.
 */

const settlingMs = 20_000;

/**
 * Resolves when a page has loaded what it shows at first.
 * @throws with what is still missing.
 */
export const settled = async (page: Page): Promise<void> => {
  const missing = () => {
    const loading = document.querySelector('[aria-busy=true]');
    const maps = [...document.querySelectorAll('.maplibregl-map')].map((each) => each.closest('section'));
    const map = maps.find((each) => each !== null && !each.hasAttribute('data-ready'));
    return [
      ...(document.querySelector('h1') === null ? ['a heading'] : []),
      ...(loading ? [`the end of loading: ${loading.parentElement?.outerHTML.slice(0, 300)}`] : []),
      ...(map ? [`the map ${map.getAttribute('aria-label')}`] : []),
    ];
  };
  const deadline = performance.now() + settlingMs;
  for (;;) {
    await painted(page);
    const still = await page.evaluate(missing);
    if (still.length === 0) return;
    if (performance.now() > deadline) throw new Error(`${page.url()} still lacks ${still.join(' and ')}.`);
  }
};

const painted = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

/** Light or dark, as the device asks for it. */
export const paint = async (page: Page, colorScheme: 'light' | 'dark'): Promise<void> => {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
  await painted(page);
};

/** One sentence for each fault of the page as it is now. */
export const findings = async (page: Page): Promise<string[]> => {
  await painted(page);
  return page.evaluate(inspect);
};

const inspect = (): string[] => {
  const found: string[] = [];
  const root = document.documentElement;
  const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
  const isShown = (element: Element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isTold = (element: Element) => isShown(element) && element.closest('[aria-hidden=true]') === null;
  const tell = (element: Element) => element.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 140);

  if (root.scrollWidth > window.innerWidth + 1) {
    const wide = all('body *').filter(
      (element) => isShown(element) && element.getBoundingClientRect().right > window.innerWidth + 1,
    );
    found.push(
      `wider than the window by ${root.scrollWidth - window.innerWidth}: ${wide.slice(0, 2).map(tell).join(' … ')}`,
    );
  }
  if (document.title.trim() === '') found.push('no title');
  if (all('main, [role=main]').filter(isShown).length !== 1) found.push('not exactly one main landmark');
  const headings = all('h1, h2, h3, h4, h5, h6').filter(isShown);
  if (headings.filter(({ tagName }) => tagName === 'H1').length !== 1) found.push('not exactly one h1');
  let level = 0;
  for (const heading of headings) {
    const own = Number(heading.tagName.slice(1));
    if (own > level + 1) found.push(`a heading level is left out: ${tell(heading)}`);
    level = own;
  }

  const nameOf = (element: Element): string => {
    const by = element
      .getAttribute('aria-labelledby')
      ?.split(' ')
      .map((id) => document.getElementById(id)?.textContent);
    const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
    const inside = [...element.querySelectorAll('[aria-label], img[alt]')].map(
      (part) => part.getAttribute('aria-label') ?? part.getAttribute('alt'),
    );
    const said = [element.getAttribute('aria-label'), ...(by ?? []), ...labels.map((label) => label.textContent)];
    return [...said, element.textContent, ...inside, element.getAttribute('title')].join('').trim();
  };
  for (const element of all('button, a[href], summary, [role=button], [role=tab], [role=menuitem]').filter(isTold))
    if (nameOf(element) === '') found.push(`nothing names ${tell(element)}`);
  for (const field of all('input:not([type=hidden]), select, textarea').filter(isShown)) {
    const hasName = ['aria-label', 'aria-labelledby', 'title'].some((name) => field.hasAttribute(name));
    if (!hasName && ((field as HTMLInputElement).labels?.length ?? 0) === 0) found.push(`no label for ${tell(field)}`);
  }
  for (const picture of all('img:not([alt]), [role=img]:not([aria-label]):not([aria-labelledby])'))
    found.push(`no words for ${tell(picture)}`);
  const ids = all('[id]').map(({ id }) => id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) found.push(`twice the id ${id}`);
  for (const element of all('[aria-hidden=true] :is(a[href], button, input):not([tabindex="-1"])').filter(isShown))
    found.push(`can be reached, but is hidden from screen readers: ${tell(element)}`);

  for (const target of all('button, select, [role=button], input:not([type=hidden])').filter(isTold)) {
    const { width, height } = target.getBoundingClientRect();
    // Something larger around it may take the press: a label, or a field's frame.
    const isAlone = (target as HTMLInputElement).labels?.length !== 1;
    if (window.innerWidth < 500 && isAlone && width > 1 && (width < 24 || height < 24))
      found.push(`too small for a finger, ${Math.round(width)} × ${Math.round(height)}: ${tell(target)}`);
  }

  type Color = readonly [red: number, green: number, blue: number, alpha: number];
  const scratch = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const known = new Map<string, Color>();
  const colorOf = (css: string): Color => {
    const kept = known.get(css);
    if (kept) return kept;
    if (!scratch) return [0, 0, 0, 0];
    scratch.clearRect(0, 0, 1, 1);
    scratch.fillStyle = css;
    scratch.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = scratch.getImageData(0, 0, 1, 1).data;
    const color: Color = [red, green, blue, alpha / 255];
    known.set(css, color);
    return color;
  };
  const over = (top: Color, below: Color): Color => {
    const mix = (index: 0 | 1 | 2) => top[index] * top[3] + below[index] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const grounds = new Map<Element | null, Color | null>([[null, [255, 255, 255, 1]]]);
  /** What stands behind a text; null where that is no plain colour. */
  const groundOf = (element: Element | null): Color | null => {
    const kept = grounds.get(element);
    if (kept !== undefined || element === null) return kept ?? null;
    const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
    const top = colorOf(backgroundColor);
    const isPlain = backgroundImage === 'none' && Number(opacity) === 1;
    const below = isPlain ? groundOf(element.parentElement) : null;
    const ground = isPlain && top[3] === 1 ? top : below && over(top, below);
    grounds.set(element, ground);
    return ground;
  };
  const luminance = ([red, green, blue]: Color): number => {
    const linear = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const pale = new Set<string>();
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    const element = node.parentElement;
    if (text === '' || !element || !isShown(element) || element.closest('script, style, .maplibregl-map')) continue;
    if (/^[a-z]+(-[a-z]+)*(\.[a-zA-Z-]+)+$/.test(text) || /\{\{|undefined|NaN|\[object/.test(text))
      found.push(`not a text: ${text}`);
    if (element.closest('[disabled], [data-disabled], [aria-disabled=true]')) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    if (!ground || style.clipPath !== 'none' || element.closest('[class*=VisuallyHidden], [class*=visuallyHidden]'))
      continue;
    const lights = [luminance(over(colorOf(style.color), ground)), luminance(ground)].sort((one, other) => other - one);
    const ratio = ((lights[0] ?? 0) + 0.05) / ((lights[1] ?? 0) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) pale.add(`contrast ${ratio.toFixed(2)}: “${text.slice(0, 40)}” ${style.color}`);
  }
  return [...found, ...[...pale].slice(0, 5)];
};

/** One sentence for each control on which the focus of a keyboard cannot be seen. */
export const hiddenFocus = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const looksOf = (element: Element): string =>
      [element, element.parentElement, element.nextElementSibling]
        .map((part) => {
          if (!part) return '';
          const { outline, boxShadow, borderColor, backgroundColor, textDecoration } = getComputedStyle(part);
          return [outline, boxShadow, borderColor, backgroundColor, textDecoration].join();
        })
        .join();
    const still = document.createElement('style');
    still.textContent = '*, ::before, ::after { transition: none !important }';
    document.head.append(still);
    const found: string[] = [];
    const controls = document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex="0"]');
    for (const element of [...controls].slice(0, 60)) {
      if (element.matches(':disabled') || !element.checkVisibility() || element.closest('[inert]')) continue;
      const plain = looksOf(element);
      element.focus({ focusVisible: true, preventScroll: true } as FocusOptions);
      if (document.activeElement !== element) continue;
      await frame();
      if (looksOf(element) === plain) found.push(`the focus is not seen on ${element.outerHTML.slice(0, 140)}`);
      element.blur();
    }
    still.remove();
    return found;
  });
