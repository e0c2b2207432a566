import jsQr from 'jsqr';

/** Reads QR codes off the main thread, where the browser has no detector of its own. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ImageData>) => void) | null;
  postMessage(text: string | null): void;
}
const scope = self as unknown as WorkerScope;

scope.onmessage = ({ data: image }) => {
  const found = jsQr(image.data, image.width, image.height, { inversionAttempts: 'attemptBoth' });
  scope.postMessage(found?.data ? found.data : null);
};
