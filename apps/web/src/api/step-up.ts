/**
 * Some requests are only for who has just shown that it is them. The client asks here, once for all requests that wait,
 * and repeats them; who asks the person is a dialog that the app puts up.
 */
type Ask = () => Promise<boolean>;

let ask: Ask | null = null;
let asking: Promise<boolean> | null = null;

/** Names who asks the person; returns how to take it back. */
export const askPersonWith = (asker: Ask): (() => void) => {
  ask = asker;
  return () => {
    if (ask === asker) ask = null;
  };
};

/** Whether the person has shown that it is them; false when they would rather not. */
export const showThatItIsYou = (): Promise<boolean> => {
  if (!ask) return Promise.resolve(false);
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
};
