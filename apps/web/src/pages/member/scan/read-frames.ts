/** Reads the text of a QR code from a frame of the camera; null where there is none. */
export interface FrameReader {
  read(video: HTMLVideoElement): Promise<string | null>;
  close(): void;
}

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { readonly formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

const ownDetector = async (): Promise<FrameReader | null> => {
  const Detector = (globalThis as { readonly BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (!Detector) return null;
  const formats = await Detector.getSupportedFormats().catch((): readonly string[] => []);
  if (!formats.includes('qr_code')) return null;
  const detector = new Detector({ formats: ['qr_code'] });
  return {
    read: async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? null,
    close: () => undefined,
  };
};

/** Larger frames take longer and read no better. */
const widestPx = 720;

const inWorker = (): FrameReader => {
  const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), { type: 'module' });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let answer: (text: string | null) => void = () => undefined;
  worker.onmessage = (event: MessageEvent<string | null>) => answer(event.data);
  worker.onerror = () => answer(null);
  return {
    read: (video) => {
      const scale = Math.min(1, widestPx / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      if (!context || canvas.width === 0) return Promise.resolve(null);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const image = context.getImageData(0, 0, canvas.width, canvas.height);
      return new Promise((resolve) => {
        answer = resolve;
        worker.postMessage(image, [image.data.buffer]);
      });
    },
    close: () => {
      answer(null);
      worker.terminate();
    },
  };
};

/** The browser's own detector where it has one, else ours in a worker. */
export const openFrameReader = async (): Promise<FrameReader> => (await ownDetector()) ?? inWorker();
