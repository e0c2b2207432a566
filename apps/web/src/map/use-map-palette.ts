import { useComputedColorScheme } from '@mantine/core';
import { type MapPalette, type MapScheme, mapPalettes } from './palette.ts';

export const useMapScheme = (): MapScheme => useComputedColorScheme('light');
export const useMapPalette = (): MapPalette => mapPalettes[useMapScheme()];
