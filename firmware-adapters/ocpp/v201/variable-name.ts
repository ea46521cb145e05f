/** A component or variable, as both versions of its payload have it. */
export interface Named {
  readonly name?: string | undefined;
  readonly instance?: string | undefined;
  readonly evse?: { readonly id?: number | undefined; readonly connectorId?: number | undefined } | undefined;
}

/** What a name stands for, ready to be sent; without a variable the whole component is meant. */
export interface VariableRef {
  readonly component: { readonly name: string; readonly instance?: string; readonly evse?: EvseRef };
  readonly variable: { readonly name: string; readonly instance?: string } | undefined;
}

interface EvseRef {
  readonly id: number;
  readonly connectorId?: number;
}

const COMPONENT = String.raw`(?<component>[\w-]{1,50})(?:\((?<instance>[^()]{1,50})\))?`;
const EVSE = String.raw`(?:#(?<evse>\d{1,4})(?:\/(?<plug>\d{1,4}))?)?`;
const VARIABLE = String.raw`(?:\.(?<variable>[\w-]{1,50})(?:\((?<which>[^()]{1,50})\))?)?`;
const NAME = new RegExp(`^${COMPONENT}${EVSE}${VARIABLE}$`);

/**
 * A variable of the device model as one text: `Component.Variable`, with `(instance)` behind either and `#evse/connector`
 * behind the component where they are needed, for instance `Connector#1/1.AvailabilityState`.
 */
export function variableName(component: Named, variable: Named): string {
  const { evse } = component;
  const plug = evse?.connectorId === undefined ? "" : `/${evse.connectorId}`;
  const place = evse?.id === undefined ? "" : `#${evse.id}${plug}`;
  return `${withInstance(component)}${place}.${withInstance(variable)}`;
}

/** @returns undefined for a text that is no such name. */
export function parseVariableName(text: string): VariableRef | undefined {
  const { component, instance, evse, plug, variable, which } = NAME.exec(text)?.groups ?? {};
  if (component === undefined) return undefined;
  return {
    component: {
      name: component,
      ...(instance === undefined ? {} : { instance }),
      ...(evse === undefined
        ? {}
        : { evse: { id: Number(evse), ...(plug === undefined ? {} : { connectorId: Number(plug) }) } }),
    },
    variable:
      variable === undefined ? undefined : { name: variable, ...(which === undefined ? {} : { instance: which }) },
  };
}

function withInstance({ name = "", instance }: Named): string {
  return instance === undefined ? name : `${name}(${instance})`;
}
