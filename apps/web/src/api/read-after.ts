/**
 * Where the newest write of this tab stands in the server's log. Every read names it, so that the answer has the write in
 * it even where a replica answers. It outlives a reload, not the tab.
 */
const key = 'muster.written-at';

/** Comparable as text: both numbers have all their digits. */
const ordered = (place: string): string =>
  place
    .split('/')
    .map((part) => part.padStart(8, '0'))
    .join('/');

export const readAfter = (): string | null => sessionStorage.getItem(key);

/** Takes the header of an answer; answers may come in another order than the writes. */
export const noteWrite = (place: string | null): void => {
  if (place === null) return;
  const known = readAfter();
  if (known === null || ordered(known) < ordered(place)) sessionStorage.setItem(key, place);
};
