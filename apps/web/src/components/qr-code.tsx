import { useMemo } from 'react';
import { create } from 'qrcode';

interface QrCodeProps {
  readonly text: string;
  /** Read out instead of the picture: "Code of North Gate". */
  readonly label: string;
  /** CSS length; it fills its container without one. */
  readonly size?: number | string;
  /** L, M, Q or H: how much dirt a print survives. */
  readonly correction?: 'L' | 'M' | 'Q' | 'H';
}

const quietZone = 3;

/** A QR code as one vector path: sharp on every screen and in print, black on white in dark mode too. */
export const QrCode = ({ text, label, size = '100%', correction = 'M' }: QrCodeProps) => {
  const { path, side } = useMemo(() => {
    const { modules } = create(text, { errorCorrectionLevel: correction });
    const runs: string[] = [];
    for (let row = 0; row < modules.size; row += 1) {
      for (let column = 0; column < modules.size; column += 1) {
        if (!modules.get(row, column)) continue;
        let end = column + 1;
        while (end < modules.size && modules.get(row, end)) end += 1;
        runs.push(`M${column + quietZone} ${row + quietZone}h${end - column}v1h-${end - column}z`);
        column = end;
      }
    }
    return { path: runs.join(''), side: modules.size + 2 * quietZone };
  }, [text, correction]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${side} ${side}`}
      width={size}
      height={size}
      shapeRendering="crispEdges"
      style={{ display: 'block', aspectRatio: '1', borderRadius: 8 }}
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
};
