import assert from "node:assert";

import { unreachable } from "@outpost/kernel/never.ts";
import type { SiteDocument } from "@outpost/wire/site.ts";

import type { ActionRunner } from "../actions/action-runner.ts";
import type { DeviceSupervisor } from "../devices/supervisor.ts";
import type { AlarmEngine } from "../rules/alarm-engine.ts";
import { planReturn, planSite, type SiteStep } from "../site/plan.ts";
import { rulesOf } from "../site/rules-of.ts";
import type { Site } from "../site/site.ts";

export interface RunningSiteDeps {
  readonly engine: Pick<AlarmEngine, "retireRules" | "setRules">;
  readonly actions: Pick<ActionRunner, "retireActions" | "setActions">;
  /** Whoever asks people and tests chains: takes the whole document, before what it names is set. */
  readonly care: { setSite(document: SiteDocument): void };
  readonly devices: Pick<DeviceSupervisor, "openLink" | "closeLink" | "openDevice" | "closeDevice">;
  restartUplink(): Promise<void>;
  restartStatusPage(): Promise<void>;
  restartTechnicianPage(): Promise<void>;
  restartVision(): Promise<void>;
}

/** The site that runs, and the way from it to another one. */
export class RunningSite {
  readonly #deps: RunningSiteDeps;
  #site: Site;

  constructor(deps: RunningSiteDeps, site: Site) {
    this.#deps = deps;
    this.#site = site;
  }

  get site(): Site {
    return this.#site;
  }

  get document(): SiteDocument {
    return this.#site.document;
  }

  /** Sets rules and actions. Call before alarms are restored. */
  prepare(): void {
    this.#deps.care.setSite(this.document);
    this.#deps.actions.setActions(this.document.actions);
    this.#deps.engine.setRules(rulesOf(this.document));
  }

  /** Opens links and devices: from here on events flow. */
  start(): void {
    for (const link of this.document.links) this.#deps.devices.openLink(link);
    for (const device of this.#site.devices) this.#deps.devices.openDevice(device);
  }

  /**
   * Goes over to `desired`, which must differ only in what a running gateway can change. One call at a time. Where a step
   * fails, the site that ran before runs again, and the failure is rethrown; a failure on the way back is a bug, and a
   * restart begins from the last good site.
   *
   * @returns the steps that were taken.
   */
  async apply(desired: Site): Promise<readonly SiteStep[]> {
    const before = this.#site;
    const steps = planSite(before, desired);
    const taken: SiteStep[] = [];
    this.#site = desired;
    try {
      this.#deps.care.setSite(desired.document);
      for (const step of steps) {
        taken.push(step);
        await this.#take(step);
      }
    } catch (error) {
      this.#site = before;
      this.#deps.care.setSite(before.document);
      for (const step of planReturn(before, taken)) await this.#take(step);
      throw error;
    }
    return steps;
  }

  async #take(step: SiteStep): Promise<void> {
    const { engine, actions, devices } = this.#deps;
    const { document } = this.#site;
    switch (step.kind) {
      case "retire-actions":
        return actions.retireActions(step.actionIds);
      case "retire-rules":
        return engine.retireRules(step.ruleIds);
      case "close-device":
        return await devices.closeDevice(step.deviceId);
      case "close-link":
        return await devices.closeLink(step.linkId);
      case "set-actions":
        return actions.setActions(document.actions.filter(({ id }) => step.actionIds.includes(id)));
      case "set-rules":
        return engine.setRules(rulesOf(document).filter(({ id }) => step.ruleIds.includes(id)));
      case "open-link":
        return devices.openLink(find(document.links, step.linkId));
      case "open-device": {
        const found = this.#site.devices.find(({ settings }) => settings.id === step.deviceId);
        assert(found !== undefined, `device ${step.deviceId} is planned but not part of the site`);
        return devices.openDevice(found);
      }
      case "restart-uplink":
        return await this.#deps.restartUplink();
      case "restart-status-page":
        return await this.#deps.restartStatusPage();
      case "restart-vision":
        return await this.#deps.restartVision();
      case "restart-technician-page":
        return await this.#deps.restartTechnicianPage();
      default:
        return unreachable(step);
    }
  }
}

function find<T extends { readonly id: string }>(items: readonly T[], id: string): T {
  const found = items.find((item) => item.id === id);
  assert(found !== undefined, `${id} is planned but not part of the site`);
  return found;
}
