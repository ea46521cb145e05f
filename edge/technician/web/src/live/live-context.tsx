import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";

import { LiveStore, NOTHING_YET, type Live } from "./live-store.ts";

const LiveContext = createContext<Live>(NOTHING_YET);

interface LiveProps {
  readonly children: ReactNode;
  readonly onSignedOut: () => void;
}

/** Keeps the stream of live values open while somebody is signed in. */
export function LiveProvider({ children, onSignedOut }: LiveProps): ReactNode {
  const [store] = useState(() => new LiveStore());
  useEffect(() => store.open(onSignedOut), [store, onSignedOut]);
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  const live = useSyncExternalStore(subscribe, () => store.live);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

export function useLive(): Live {
  return useContext(LiveContext);
}
