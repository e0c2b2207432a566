/** The mark: a gate with a person between its posts, seen as a tally. */
export const BrandMark = ({ size = 28 }: { readonly size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" fill="var(--mantine-color-petrol-8)" />
    <path d="M8 23V13.5a8 8 0 0 1 16 0V23" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
    <circle cx="16" cy="14.6" r="2.7" fill="#fff" />
    <path d="M11.6 23.2a4.4 4.4 0 0 1 8.8 0" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
  </svg>
);
