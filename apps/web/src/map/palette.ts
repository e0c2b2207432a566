/** The quiet colours of the map; states.ts has those of people. */
export interface MapPalette {
  readonly ocean: string;
  readonly land: string;
  readonly ground: string;
  readonly border: string;
  readonly lawn: string;
  readonly sports: string;
  readonly sportsLine: string;
  readonly water: string;
  readonly waterLine: string;
  readonly parking: string;
  readonly parkingLine: string;
  readonly path: string;
  readonly pathEdge: string;
  readonly building: string;
  readonly buildingLine: string;
  readonly shadow: string;
  readonly wall: string;
  readonly tree: string;
  readonly treeLine: string;
  readonly label: string;
  readonly quietLabel: string;
  readonly halo: string;
  readonly fence: string;
  readonly track: string;
  readonly surface: string;
  readonly text: string;
}

const light: MapPalette = {
  ocean: '#d8e4e8',
  land: '#f2f3ef',
  ground: '#eef0ea',
  border: '#d5d9d3',
  lawn: '#e0efd3',
  sports: '#c3dfb6',
  sportsLine: '#f7fbf3',
  water: '#b5d8e6',
  waterLine: '#8fc0d3',
  parking: '#e2e3e4',
  parkingLine: '#cdd0d2',
  path: '#fffdf8',
  pathEdge: '#d3d1c0',
  building: '#efe5d6',
  buildingLine: '#b8a88d',
  shadow: '#6d6454',
  wall: '#9c9484',
  tree: '#9cc48c',
  treeLine: '#7dab6d',
  label: '#3d4249',
  quietLabel: '#62705f',
  halo: '#ffffff',
  fence: '#1f6571',
  track: '#1f6571',
  surface: '#ffffff',
  text: '#1b2127',
};

const dark: MapPalette = {
  ocean: '#0f1518',
  land: '#1d2327',
  ground: '#1a2023',
  border: '#2c3439',
  lawn: '#20302a',
  sports: '#24402f',
  sportsLine: '#4a6d58',
  water: '#17384a',
  waterLine: '#2a566c',
  parking: '#272d32',
  parkingLine: '#363e44',
  path: '#3a4349',
  pathEdge: '#14181b',
  building: '#343a3f',
  buildingLine: '#525b62',
  shadow: '#000000',
  wall: '#6a726f',
  tree: '#2f5a41',
  treeLine: '#3f7355',
  label: '#dfe4e7',
  quietLabel: '#95a79c',
  halo: '#14181b',
  fence: '#7cc0ca',
  track: '#8fd0d9',
  surface: '#1e2327',
  text: '#eef1f3',
};

export type MapScheme = 'light' | 'dark';
export const mapPalettes: Record<MapScheme, MapPalette> = { light, dark };
