/**
 * The program: `pulumi up` in this folder gives the stacks of {@link table} their deployment settings, their schedules
 * and their policy groups. It deploys nothing to a cluster, and needs no credentials but those of Pulumi Cloud.
 */
import { policyConfiguration, publishedPack } from "./configuration";
import { registerResources } from "./program";
import { resourcesOf } from "./settings";
import { table } from "./stacks";

registerResources(resourcesOf(table, publishedPack(table), (policy) => policyConfiguration(table, policy)));
