import type { RouteAnswer } from '@muster/contracts';
import type { routes } from 'virtual:contract';

/**
 * In which organization an account of the platform acts, in this tab: every call names it until they leave. It outlives
 * a reload, not the tab and not the sign-in.
 */
export type ActingIn = RouteAnswer<typeof routes.visitOrganization>;

const key = 'muster.acting-in';
const listeners = new Set<() => void>();

export const onActingChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

let known: { readonly text: string | null; readonly acting: ActingIn | null } = { text: null, acting: null };

/** The same object until it changes; null: at home. */
export const readActing = (): ActingIn | null => {
  const text = sessionStorage.getItem(key);
  if (text !== known.text) known = { text, acting: text === null ? null : (JSON.parse(text) as ActingIn) };
  return known.acting;
};

export const actIn = (organization: ActingIn | null): void => {
  if (organization === null && readActing() === null) return;
  if (organization === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, JSON.stringify(organization));
  for (const listener of listeners) listener();
};
