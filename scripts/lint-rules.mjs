/**
 * House rules for oxlint that no stock rule covers; .oxlintrc.json loads them as the plugin `muster`.
 * Each looks at the syntax tree of one file.
 *
 * @typedef {{ type: string, name?: string, callee?: Node, arguments?: unknown[], superClass?: Node | null,
 *   imported?: Node, parent?: Node }} Node
 * @typedef {{ filename: string, cwd: string, report(finding: { node: Node, message: string }): void }} Context
 */

/** Without an argument `new Date()` (and `Date()`) reads the machine's clock, which no test can hold still. */
const noAmbientTime = {
  /** @param {Context} context */
  create(context) {
    /** @param {Node} node */
    const check = (node) => {
      if (node.callee?.type === 'Identifier' && node.callee.name === 'Date' && node.arguments?.length === 0) {
        context.report({ node, message: 'Take the time from the injected clock (platform/clock.ts).' });
      }
    };
    return { NewExpression: check, CallExpression: check };
  },
};

/** A class that inherits from a base service or controller hides half of its behaviour in another file. */
const noServiceBaseClass = {
  /** @param {Context} context */
  create(context) {
    /** @param {Node} node */
    const check = (node) => {
      const name = node.superClass?.name ?? '';
      if (/^(Base|Abstract)|(Service|Controller|Repository|Store)(Base)?$/.test(name)) {
        context.report({ node, message: `Do not extend ${name}: pass what is needed as an argument.` });
      }
    };
    return { ClassDeclaration: check, ClassExpression: check };
  },
};

/** `forwardRef` papers over an import cycle, `@Global` over an undeclared dependency. */
const noHiddenWiring = {
  /** @param {Context} context */
  create(context) {
    return {
      /** @param {Node} node */
      ImportSpecifier(node) {
        const name = node.imported?.name;
        if (name === 'forwardRef' || name === 'Global') {
          context.report({
            node,
            message: `${name} hides how things depend on each other: wire by explicit factories.`,
          });
        }
      },
      /** @param {Node} node */
      Decorator(node) {
        context.report({
          node,
          message: 'No decorators: the code runs with its types stripped and nothing transformed.',
        });
      },
    };
  },
};

/** A folder or file with such a name collects what belongs nowhere: name the thing after what it does. */
const noVagueNames = {
  /** @param {Context} context */
  create(context) {
    return {
      /** @param {Node} node */
      Program(node) {
        const path = context.filename.slice(context.cwd.length).split(/[\\/]/);
        const vague = path.find((part) => /^(utils?|common|helpers?|misc|shared)(\.|$)/i.test(part));
        if (vague !== undefined) {
          context.report({ node, message: `"${vague}" says nothing: name the file or folder after what it does.` });
        }
      },
    };
  },
};

const plugin = {
  meta: { name: 'muster' },
  rules: {
    'no-ambient-time': noAmbientTime,
    'no-service-base-class': noServiceBaseClass,
    'no-hidden-wiring': noHiddenWiring,
    'no-vague-names': noVagueNames,
  },
};

export default plugin;
