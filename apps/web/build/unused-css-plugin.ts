import type { Plugin } from 'vite';

const componentClass = /\.(m_[0-9a-f]+)/g;

/** Splits a style sheet into its top-level rules: `head { … }` or `@import …;`. */
const topLevelRules = (css: string): { head: string; block: string | null }[] => {
  const rules: { head: string; block: string | null }[] = [];
  let start = 0;
  let depth = 0;
  let opened = 0;
  for (let at = 0; at < css.length; at += 1) {
    const char = css[at];
    if (char === '"' || char === "'") {
      at = css.indexOf(char, at + 1);
      if (at < 0) break;
    } else if (char === '{') {
      if (depth === 0) opened = at;
      depth += 1;
    } else if (char === '}') {
      depth -= 1;
      if (depth === 0) {
        rules.push({ head: css.slice(start, opened), block: css.slice(opened + 1, at) });
        start = at + 1;
      }
    } else if (char === ';' && depth === 0) {
      rules.push({ head: css.slice(start, at + 1), block: null });
      start = at + 1;
    }
  }
  return rules;
};

/**
 * Drops the rules of components that no script mentions. Mantine names every component class `m_<hash>` and a class
 * can only take effect when that name stands in some script, so what is dropped can never be missed.
 */
export const withoutUnusedRules = (css: string, isUsed: (className: string) => boolean): string =>
  topLevelRules(css)
    .map(({ head, block }) => {
      if (block === null) return head;
      if (/^\s*@(media|supports|layer|container)/.test(head)) {
        const kept = withoutUnusedRules(block, isUsed);
        return kept === '' ? '' : `${head}{${kept}}`;
      }
      const classes = [...head.matchAll(componentClass)].map((match) => match[1] ?? '');
      return classes.length > 0 && !classes.some(isUsed) ? '' : `${head}{${block}}`;
    })
    .join('');

/** Runs after the bundle is made, when the scripts are known. */
export const unusedCssPlugin = (): Plugin => ({
  name: 'muster-unused-css',
  apply: 'build',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const files = Object.values(bundle);
    const scripts = files.flatMap((file) => (file.type === 'chunk' ? [file.code] : [])).join('\n');
    const mentioned = new Set([...scripts.matchAll(/\bm_[0-9a-f]+\b/g)].map((match) => match[0]));
    for (const file of files) {
      if (file.type !== 'asset' || !file.fileName.endsWith('.css') || typeof file.source !== 'string') continue;
      file.source = withoutUnusedRules(file.source, (className) => mentioned.has(className));
    }
  },
});
