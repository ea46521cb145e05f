import { ConfigProvider, Spin, type ThemeConfig } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect, useState, type ReactNode } from "react";

import { LANGUAGES, type Language } from "../../../catalogue.ts";
import type { WelcomeView } from "../../../server/views.ts";
import { useAsked } from "../api/use-asked.ts";
import { Door } from "./door.tsx";
import { Shell } from "./shell.tsx";
import { SpeechProvider } from "./words.tsx";

/** Large enough for a thumb in a glove. */
const THEME: ThemeConfig = {
  token: {
    colorPrimary: "#1f6d99",
    colorInfo: "#1f6d99",
    colorError: "#c01830",
    colorSuccess: "#2d7d5a",
    colorWarning: "#b45309",
    colorSuccessBg: "#e8f5ee",
    colorSuccessBorder: "#9fd3b8",
    colorInfoBg: "#e8f2f8",
    colorInfoBorder: "#a9cce2",
    colorErrorBg: "#fdecee",
    colorErrorBorder: "#eba9b2",
    colorWarningBg: "#fff4e2",
    colorWarningBorder: "#e5c089",
    borderRadius: 6,
    fontSize: 15,
    controlHeight: 38,
    fontFamily: "inherit",
    motionDurationMid: "0.1s",
    motionDurationSlow: "0.15s",
  },
};

const REMEMBERED = "outpost.language";

export function App(): ReactNode {
  const [language, setLanguage] = useState(firstLanguage);
  const welcome = useAsked<WelcomeView>("/welcome");
  const { answer } = welcome;
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    localStorage.setItem(REMEMBERED, language);
  }, [language]);
  const onLanguage = () => setLanguage(language === "zh" ? "en" : "zh");
  return (
    <ConfigProvider locale={language === "zh" ? zhCN : enUS} theme={THEME}>
      <SpeechProvider language={language} timeZone={answer?.timeZone}>
        {answer === undefined ? (
          <Spin className="first-spin" />
        ) : answer.person === undefined ? (
          <Door isFirst={answer.isFirst} onEntered={welcome.again} onLanguage={onLanguage} />
        ) : (
          <Shell welcome={{ ...answer, person: answer.person }} onLeft={welcome.again} onLanguage={onLanguage} />
        )}
      </SpeechProvider>
    </ConfigProvider>
  );
}

function firstLanguage(): Language {
  const remembered = localStorage.getItem(REMEMBERED);
  return (
    LANGUAGES.find((one) => one === remembered) ??
    LANGUAGES.find((one) => navigator.language.toLowerCase().startsWith(one)) ??
    "zh"
  );
}
