import { ConfigProvider } from "antd";
import enGB from "antd/locale/en_GB";
import zhCN from "antd/locale/zh_CN";
import type { ReactNode } from "react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";

import type { Alarm } from "../../../api/schemas.ts";
import { LOCALES, parseLanguage } from "../i18n/language.ts";
import type { Desk } from "../live/desk.ts";
import type { OrderRequest } from "../parts/orders/order-request.ts";
import { DeskProvider } from "./desk-context.tsx";
import { Shell } from "./frame/shell.tsx";
import { useRemembered } from "./preferences.ts";
import { antdTheme, parseColourScheme } from "./theme.ts";

const AcknowledgeDialogue = lazy(async () => ({
  default: (await import("../parts/alarms/acknowledge-dialogue.tsx")).AcknowledgeDialogue,
}));

const OrderDialogue = lazy(async () => ({
  default: (await import("../parts/orders/order-dialogue.tsx")).OrderDialogue,
}));

interface AppProps {
  readonly desk: Desk;
}

/** The desk with everything this browser remembers about it. */
export function App({ desk }: AppProps): ReactNode {
  const [language, setLanguage] = useRemembered("outpost.language", parseLanguage);
  const [scheme, setScheme] = useRemembered("outpost.colours", parseColourScheme);
  const [actor, setActor] = useRemembered("outpost.actor", (stored) => stored ?? "");
  useEffect(() => {
    document.documentElement.lang = LOCALES[language];
  }, [language]);
  useEffect(() => {
    document.documentElement.dataset["scheme"] = scheme;
  }, [scheme]);
  const [acknowledging, setAcknowledging] = useState<Alarm>();
  const [ordering, setOrdering] = useState<OrderRequest>();
  const surroundings = useMemo(
    () => ({ desk, language, setLanguage, scheme, setScheme, actor, setActor, setAcknowledging, setOrdering }),
    [desk, language, setLanguage, scheme, setScheme, actor, setActor],
  );
  return (
    <ConfigProvider
      locale={language === "zh" ? zhCN : enGB}
      theme={antdTheme(scheme)}
      // Two Chinese characters on a button are set as they are, without a space between them.
      button={{ autoInsertSpace: false }}
    >
      <DeskProvider surroundings={surroundings}>
        <Shell />
        {acknowledging === undefined ? null : (
          <Suspense>
            <AcknowledgeDialogue
              key={acknowledging.id}
              alarm={acknowledging}
              onClose={() => setAcknowledging(undefined)}
            />
          </Suspense>
        )}
        {ordering === undefined ? null : (
          <Suspense>
            <OrderDialogue request={ordering} onClose={() => setOrdering(undefined)} />
          </Suspense>
        )}
      </DeskProvider>
    </ConfigProvider>
  );
}
