import { createHash } from 'node:crypto';
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

const defaultColors = ['pink', 'grape', 'violet', 'indigo', 'cyan', 'teal', 'lime', 'green', 'orange'];

/** Whether a script names a colour as a value: `'teal'` or `'teal.8'`; Mantine's own table names them as keys. */
const namesColor = (scripts: string, color: string): boolean =>
  new RegExp(`["'\`]${color}(\\.\\d)?["'\`]`).test(scripts);

/** Drops the variables of Mantine's default colours that no script and no other rule mentions. */
export const withoutUnusedColors = (css: string, scripts: string): string =>
  defaultColors.reduce((kept, color) => {
    const declaration = new RegExp(`--mantine-color-${color}-[\\w-]+:[^;}]+;?`, 'g');
    const rest = kept.replace(declaration, '');
    return namesColor(scripts, color) || rest.includes(`--mantine-color-${color}-`) ? kept : rest;
  }, css);

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
      const slimmed = withoutUnusedColors(
        withoutUnusedRules(file.source, (className) => mentioned.has(className)),
        scripts,
      );
      if (slimmed.trim() === file.source.trim()) continue;
      // Kept for a year under its name: what is in it now has to decide the name, not what was in it before.
      const hash = createHash('sha256').update(slimmed).digest('base64url').slice(0, 8);
      const renamed = file.fileName.replace(/-[\w-]{8}\.css$/, `-${hash}.css`);
      for (const other of files) {
        if (other.type === 'chunk') {
          // Vite writes the list of what a chunk needs from this, after us.
          if (other.viteMetadata?.importedCss.delete(file.fileName)) other.viteMetadata.importedCss.add(renamed);
        } else if (typeof other.source === 'string' && other !== file) {
          other.source = other.source.replaceAll(file.fileName, renamed);
        }
      }
      delete bundle[file.fileName];
      this.emitFile({ type: 'asset', fileName: renamed, source: slimmed });
    }
  },
});
