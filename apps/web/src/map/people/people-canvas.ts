import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { nowMs } from '../../app/clock.ts';
import { stateLooks } from '../../states.ts';
import { type LngLat, metersPerWorld, toWorld } from '../geometry.ts';
import { type MapScheme, mapPalettes } from '../palette.ts';
import { gapMs, opacityOfAge } from './motion.ts';
import type { PersonOnMap, TrailPoint } from './person.ts';
import { createScene, type Shown } from './scene.ts';
import { clusterRadiusPx, createSprites, personRadiusPx } from './sprites.ts';

export interface PeopleCanvasOptions {
  readonly scheme: MapScheme;
  /** "7 min", for the age of old fixes. */
  ageLabel(ageMs: number): string;
  onChoose(id: string | null): void;
  /** Several people at one place who cannot be told apart by zooming in. */
  onChooseMany(ids: readonly string[]): void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}
interface Hit extends Point {
  readonly radius: number;
  readonly ids: readonly string[];
}

const trailMs = 15 * 60_000;
const fontFamily = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/**
 * Draws people on a canvas above the map. The map itself need not be drawn again while people move, and 2,000 of them
 * are 2,000 copies of ready pictures, which is what keeps 60 frames a second on a laptop. The map must not be tilted.
 */
export const createPeopleCanvas = (map: MapLibreMap, options: PeopleCanvasOptions) => {
  const canvas = document.createElement('canvas');
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;pointer-events:none';
  canvas.setAttribute('aria-hidden', 'true');
  map.getCanvasContainer().append(canvas);
  const context = canvas.getContext('2d');
  const scene = createScene();
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const stillness = window.matchMedia('(prefers-reduced-motion: reduce)');
  const { scheme } = options;
  const sprites = createSprites(scheme, ratio);
  let trail: readonly TrailPoint[] = [];
  let hits: Hit[] = [];
  let hovered: Hit | null = null;
  let frame = 0;
  let drawnAtMs = 0;

  /** World to screen is one scaling, turn and shift as long as the map lies flat: three points tell it. */
  const screenOf = () => {
    const center = map.getCenter();
    const [x0, y0] = toWorld([center.lng, center.lat]);
    const scale = 512 * 2 ** map.getZoom();
    const turn = (-map.getBearing() * Math.PI) / 180;
    const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
    const origin = map.project(center);
    return (x: number, y: number): Point => {
      const [dx, dy] = [(x - x0) * scale, (y - y0) * scale];
      return { x: origin.x + dx * cosine - dy * sine, y: origin.y + dx * sine + dy * cosine };
    };
  };

  const fit = () => {
    const { clientWidth, clientHeight } = map.getContainer();
    canvas.width = Math.round(clientWidth * ratio);
    canvas.height = Math.round(clientHeight * ratio);
  };

  const pill = (text: string, { x, y }: Point, strong: boolean) => {
    if (!context) return;
    const palette = mapPalettes[scheme];
    context.font = `${strong ? 600 : 500} ${strong ? 12 : 10.5}px ${fontFamily}`;
    const width = context.measureText(text).width + (strong ? 16 : 10);
    const high = strong ? 22 : 16;
    context.fillStyle = palette.surface;
    context.globalAlpha = strong ? 1 : 0.92;
    context.beginPath();
    context.roundRect(x - width / 2, y - high / 2, width, high, high / 2);
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = scheme === 'light' ? 'rgb(0 0 0 / 12%)' : 'rgb(255 255 255 / 16%)';
    context.stroke();
    context.fillStyle = palette.text;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, x, y + 0.5);
    context.globalAlpha = 1;
  };

  const drawTrail = (toScreen: (x: number, y: number) => Point, now: number) => {
    if (!context) return;
    context.lineWidth = 4;
    context.lineCap = 'round';
    context.strokeStyle = mapPalettes[scheme].track;
    for (let at = 1; at < trail.length; at += 1) {
      const [before, here] = [trail[at - 1] as TrailPoint, trail[at] as TrailPoint];
      if (here.atMs - before.atMs > gapMs) continue;
      const opacity = 0.75 * (1 - (now - here.atMs) / trailMs);
      if (opacity <= 0.02) continue;
      const [from, to] = [before, here].map((point) => toScreen(...toWorld([point.longitude, point.latitude])));
      context.globalAlpha = opacity;
      context.beginPath();
      context.moveTo((from as Point).x, (from as Point).y);
      context.lineTo((to as Point).x, (to as Point).y);
      context.stroke();
    }
    context.globalAlpha = 1;
  };

  const drawSurroundings = (person: PersonOnMap, at: Point, latitude: number) => {
    if (!context) return;
    const color = stateLooks[person.state].color[scheme];
    const pixelsPerMeter = (512 * 2 ** map.getZoom()) / metersPerWorld(latitude);
    if (person.accuracyMeters !== null) {
      context.beginPath();
      context.arc(at.x, at.y, Math.max(personRadiusPx + 4, person.accuracyMeters * pixelsPerMeter), 0, Math.PI * 2);
      context.fillStyle = color;
      context.globalAlpha = 0.12;
      context.fill();
      context.globalAlpha = 0.5;
      context.lineWidth = 1.2;
      context.strokeStyle = color;
      context.stroke();
      context.globalAlpha = 1;
    }
    if (person.headingDegrees !== null) {
      context.save();
      context.translate(at.x, at.y);
      context.rotate(((person.headingDegrees - map.getBearing()) * Math.PI) / 180);
      context.beginPath();
      context.moveTo(0, -personRadiusPx - 13);
      context.lineTo(7, -personRadiusPx - 2);
      context.lineTo(-7, -personRadiusPx - 2);
      context.closePath();
      context.fillStyle = color;
      context.fill();
      context.restore();
    }
  };

  const drawPerson = (id: string, at: Point, now: number) => {
    const entry = scene.person(id);
    if (!context || !entry) return;
    const { image, halfPx } = sprites.person(entry.person.state, entry.initials);
    const ageMs = now - entry.person.fixedAtMs;
    context.globalAlpha = opacityOfAge(ageMs);
    context.drawImage(image, at.x - halfPx, at.y - halfPx, halfPx * 2, halfPx * 2);
    context.globalAlpha = 1;
    if (ageMs > gapMs && map.getZoom() >= 16)
      pill(options.ageLabel(ageMs), { x: at.x, y: at.y + personRadiusPx + 8 }, false);
    hits.push({ ...at, radius: personRadiusPx + 3, ids: [id] });
  };

  const drawShown = ({ ids, counts, x, y }: Shown, toScreen: (x: number, y: number) => Point, now: number) => {
    const at = toScreen(x, y);
    const { clientWidth, clientHeight } = map.getContainer();
    if (!context || at.x < -40 || at.y < -40 || at.x > clientWidth + 40 || at.y > clientHeight + 40) return;
    const [only] = ids;
    if (ids.length === 1 && only !== undefined) {
      drawPerson(only, at, now);
      return;
    }
    const { image, halfPx } = sprites.cluster(counts, ids.length);
    context.drawImage(image, at.x - halfPx, at.y - halfPx, halfPx * 2, halfPx * 2);
    hits.push({ ...at, radius: clusterRadiusPx(ids.length), ids });
  };

  const drawChosen = (toScreen: (x: number, y: number) => Point, now: number) => {
    const chosen = scene.chosen();
    const place = chosen && scene.placeOf(chosen.person.id, now);
    if (!context || !chosen || !place) return;
    drawTrail(toScreen, now);
    const at = toScreen(...toWorld(place));
    drawSurroundings(chosen.person, at, place[1]);
    drawPerson(chosen.person.id, at, now);
    pill(chosen.person.name, { x: at.x, y: at.y - personRadiusPx - 24 }, true);
  };

  const draw = () => {
    frame = 0;
    if (!context) return;
    const now = nowMs();
    drawnAtMs = now;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    hits = [];
    const toScreen = screenOf();
    for (const shown of scene.shown(map.getZoom(), now)) drawShown(shown, toScreen, now);
    drawChosen(toScreen, now);
    if (hovered?.ids.length === 1) {
      const [id] = hovered.ids;
      const entry = id === undefined ? null : scene.person(id);
      const place = id === undefined ? null : scene.placeOf(id, now);
      if (entry && place && entry !== scene.chosen()) {
        const at = toScreen(...toWorld(place));
        pill(entry.person.name, { x: at.x, y: at.y - personRadiusPx - 14 }, true);
      }
    }
    if (scene.isMoving(now)) schedule();
  };
  const schedule = () => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  /** While the map moves, it draws first and we follow in the same frame, or people would swim behind it. */
  const drawWithMap = () => {
    if (!map.isMoving()) return;
    cancelAnimationFrame(frame);
    draw();
  };

  const hitAt = ({ point }: MapMouseEvent): Hit | null =>
    hits.findLast((hit) => Math.hypot(hit.x - point.x, hit.y - point.y) <= hit.radius) ?? null;
  const hover = (event: MapMouseEvent) => {
    const hit = hitAt(event);
    map.getCanvas().style.cursor = hit ? 'pointer' : '';
    if (hit?.ids[0] === hovered?.ids[0] && hit?.ids.length === hovered?.ids.length) return;
    hovered = hit;
    schedule();
  };
  const click = (event: MapMouseEvent) => {
    const hit = hitAt(event);
    const [only] = hit?.ids ?? [];
    if (!hit || only === undefined) return options.onChoose(null);
    if (hit.ids.length === 1) return options.onChoose(only);
    if (map.getZoom() >= map.getMaxZoom() - 0.5) return options.onChooseMany(hit.ids);
    const places = hit.ids.flatMap((id): LngLat[] => {
      const place = scene.placeOf(id, nowMs());
      return place ? [place] : [];
    });
    const lngs = places.map(([lng]) => lng);
    const lats = places.map(([, lat]) => lat);
    map.fitBounds([Math.min(...lngs), Math.min(...lats), Math.max(...lngs), Math.max(...lats)], {
      padding: 90,
      maxZoom: Math.min(map.getMaxZoom(), map.getZoom() + 2.5),
      animate: !stillness.matches,
    });
    return undefined;
  };

  const resize = () => {
    fit();
    schedule();
  };
  fit();
  map.on('resize', resize);
  map.on('render', drawWithMap);
  map.on('moveend', schedule);
  map.on('mousemove', hover);
  map.on('click', click);
  // Fixes grow old without anything else happening.
  const aging = setInterval(() => nowMs() - drawnAtMs > 9_000 && schedule(), 10_000);

  return {
    setPeople: (people: readonly PersonOnMap[]) => {
      scene.set(people, nowMs(), !stillness.matches && document.visibilityState === 'visible');
      schedule();
    },
    setChosen: (id: string | null) => {
      scene.choose(id);
      schedule();
    },
    setTrail: (points: readonly TrailPoint[]) => {
      trail = points;
      schedule();
    },
    remove: () => {
      cancelAnimationFrame(frame);
      clearInterval(aging);
      map.off('resize', resize);
      map.off('render', drawWithMap);
      map.off('moveend', schedule);
      map.off('mousemove', hover);
      map.off('click', click);
      canvas.remove();
    },
  };
};
export type PeopleCanvas = ReturnType<typeof createPeopleCanvas>;
