import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { openFrameReader } from './read-frames.ts';

export type CameraState = 'starting' | 'on' | 'denied' | 'none' | 'impossible' | 'busy';

const readEveryMs = 140;

const stateOfFailure = (error: unknown): CameraState => {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  return 'busy';
};

type Torch = MediaTrackConstraintSet & { readonly torch: boolean };

/** The camera on the back, and what it reads. It is off whenever `isWanted` is not, and while the page is hidden. */
export const useCamera = (isWanted: boolean, onRead: (text: string) => void) => {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<CameraState>('starting');
  const [track, setTrack] = useState<MediaStreamTrack | null>(null);
  const [isLit, setLit] = useState(false);
  const [isVisible, setVisible] = useState(document.visibilityState === 'visible');
  const heard = useEffectEvent(onRead);

  useEffect(() => {
    const change = () => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);

  useEffect(() => {
    if (!isWanted || !isVisible) return undefined;
    let isOver = false;
    let stream: MediaStream | null = null;
    let close = () => undefined as void;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const start = async () => {
      if (!navigator.mediaDevices?.getUserMedia) {
        setState('impossible');
        return;
      }
      setState('starting');
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
      });
      const element = video.current;
      if (isOver || !element) {
        for (const each of stream.getTracks()) each.stop();
        return;
      }
      element.srcObject = stream;
      await element.play();
      const reader = await openFrameReader();
      close = () => reader.close();
      if (isOver) {
        reader.close();
        return;
      }
      setState('on');
      setTrack(stream.getVideoTracks()[0] ?? null);
      const look = async () => {
        const text = element.readyState >= element.HAVE_CURRENT_DATA ? await reader.read(element) : null;
        if (isOver) return;
        if (text) heard(text);
        timer = setTimeout(() => void look(), readEveryMs);
      };
      void look();
    };
    start().catch((error: unknown) => {
      if (!isOver) setState(stateOfFailure(error));
    });
    return () => {
      isOver = true;
      clearTimeout(timer);
      close();
      for (const each of stream?.getTracks() ?? []) each.stop();
      setTrack(null);
      setLit(false);
    };
  }, [isWanted, isVisible]);

  const canLight = Boolean((track?.getCapabilities?.() as { readonly torch?: boolean } | undefined)?.torch);
  const light = async () => {
    if (!track) return;
    await track.applyConstraints({ advanced: [{ torch: !isLit } as Torch] }).catch(() => undefined);
    setLit(!isLit);
  };
  return { video, state, canLight, isLit, light };
};
