import { stateKeys, stateLooks, type StateKey } from '../../states.ts';
import { type MapScheme, mapPalettes } from '../palette.ts';
import type { StateCounts } from './clusters.ts';

/** Pictures of people and clusters, drawn once and kept; a frame only copies them. */

export const personRadiusPx = 15;
const fontFamily = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const mostKept = 4_000;

export interface Sprite {
  readonly image: HTMLCanvasElement;
  /** Half its side, in CSS pixels. */
  readonly halfPx: number;
}

const blank = (halfPx: number, ratio: number, draw: (context: CanvasRenderingContext2D) => void): Sprite => {
  const image = document.createElement('canvas');
  image.width = Math.ceil(halfPx * 2 * ratio);
  image.height = image.width;
  const context = image.getContext('2d');
  if (context) {
    context.scale(ratio, ratio);
    context.translate(halfPx, halfPx);
    draw(context);
  }
  return { image, halfPx };
};

const ring = (context: CanvasRenderingContext2D, state: StateKey, scheme: MapScheme, radius: number) => {
  const { color, ringDash, ringWidthPx } = stateLooks[state];
  const round = 2 * Math.PI * radius;
  context.beginPath();
  // The gap of an open ring stands at the upper right.
  context.arc(0, 0, radius, -Math.PI * 0.1, Math.PI * 1.9);
  context.setLineDash(ringDash ? ringDash.map((part) => part * round) : []);
  context.lineWidth = ringWidthPx;
  context.strokeStyle = color[scheme];
  context.stroke();
  context.setLineDash([]);
};

const drawPerson = (context: CanvasRenderingContext2D, state: StateKey, initials: string, scheme: MapScheme) => {
  const { surface, text } = mapPalettes[scheme];
  context.shadowColor = 'rgb(0 0 0 / 28%)';
  context.shadowBlur = 4;
  context.shadowOffsetY = 1;
  context.fillStyle = surface;
  context.beginPath();
  context.arc(0, 0, personRadiusPx + 1, 0, Math.PI * 2);
  context.fill();
  context.shadowColor = 'transparent';
  ring(context, state, scheme, personRadiusPx - stateLooks[state].ringWidthPx / 2);
  context.fillStyle = text;
  context.font = `600 ${initials.length > 1 ? 10.5 : 12}px ${fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(initials, 0, 0.8, 22);
};

/** The radius of a cluster grows with its people, slowly. */
export const clusterRadiusPx = (count: number): number => Math.min(30, 14.5 + 2.6 * Math.log2(count));

const drawCluster = (context: CanvasRenderingContext2D, counts: StateCounts, count: number, scheme: MapScheme) => {
  const { surface, text } = mapPalettes[scheme];
  const radius = clusterRadiusPx(count);
  context.shadowColor = 'rgb(0 0 0 / 28%)';
  context.shadowBlur = 5;
  context.shadowOffsetY = 1;
  context.fillStyle = surface;
  context.beginPath();
  context.arc(0, 0, radius + 1, 0, Math.PI * 2);
  context.fill();
  context.shadowColor = 'transparent';
  const shown = stateKeys.filter((key) => counts[key] > 0);
  const gap = shown.length > 1 ? 0.09 : 0;
  // Even a single person outside among hundreds has to be seen: no part is narrower than this.
  const least = 0.28;
  const free = Math.PI * 2 - shown.length * (gap + least);
  let angle = -Math.PI / 2;
  context.lineWidth = 5;
  for (const key of shown) {
    const span = least + (free * counts[key]) / count;
    context.beginPath();
    context.arc(0, 0, radius - 3.5, angle + gap / 2, angle + gap / 2 + span);
    context.strokeStyle = stateLooks[key].color[scheme];
    context.stroke();
    angle += span + gap;
  }
  context.fillStyle = text;
  context.font = `650 ${count > 99 ? 12 : 13}px ${fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(String(count), 0, 0.8);
};

export const createSprites = (scheme: MapScheme, ratio: number) => {
  const kept = new Map<string, Sprite>();
  const keep = (key: string, make: () => Sprite): Sprite => {
    const known = kept.get(key);
    if (known) return known;
    if (kept.size > mostKept) kept.clear();
    const made = make();
    kept.set(key, made);
    return made;
  };
  return {
    person: (state: StateKey, initials: string): Sprite =>
      keep(`${state} ${initials}`, () =>
        blank(personRadiusPx + 7, ratio, (context) => drawPerson(context, state, initials, scheme)),
      ),
    cluster: (counts: StateCounts, count: number): Sprite =>
      keep(`cluster ${stateKeys.map((key) => counts[key]).join()}`, () =>
        blank(clusterRadiusPx(count) + 7, ratio, (context) => drawCluster(context, counts, count, scheme)),
      ),
  };
};
