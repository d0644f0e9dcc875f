"""Asks IBM's network-config-analyzer which requests are allowed. Cases are read from stdin, answers go to stdout."""

import contextlib
import io
import json
import re
import sys

from nca.CoreDS.ConnectivityCube import ConnectivityCube
from nca.CoreDS.ConnectivityProperties import ConnectivityProperties
from nca.CoreDS.MethodSet import MethodSet
from nca.CoreDS.MinDFA import MinDFA
from nca.CoreDS.Peer import IpBlock, PeerSet
from nca.CoreDS.PortSet import PortSet
from nca.CoreDS.ProtocolSet import ProtocolSet
from nca.NetworkConfig.NetworkConfigQuery import SemanticDiffQuery
from nca.NetworkConfig.ResourcesHandler import ResourcesHandler


def peer_set(peers, name):
    """The pod of a workload, or an IP address."""
    if name in peers:
        return PeerSet({peers[name]})
    return IpBlock(f"{name}/32").get_peer_set()


def properties(peers, request):
    cube = {
        "src_peers": peer_set(peers, request["from"]),
        "dst_peers": peer_set(peers, request["to"]),
        "protocols": ProtocolSet.get_protocol_set_with_single_protocol(request.get("protocol", "TCP")),
        "dst_ports": PortSet.make_port_set_with_range(request["port"], request["port"]),
    }
    if "method" in request:
        methods = MethodSet()
        methods.add_method(request["method"])
        cube["methods"] = methods
        cube["hosts"] = MinDFA.dfa_from_regex(re.escape(request["host"]))
        cube["paths"] = MinDFA.dfa_from_regex(re.escape(request["path"]))
    return ConnectivityProperties.make_conn_props(ConnectivityCube.make_from_dict(cube))


def config_of(file):
    with contextlib.redirect_stdout(io.StringIO()):
        config = ResourcesHandler().get_network_config([file], [file], [file], None)
        return config, config.allowed_connections().all_allowed_conns


def peers_of(config):
    group = config.peer_container.get_all_peers_group()
    return {one.owner_name: one for one in group if getattr(one, "owner_name", None)}


def changes(case):
    """What --semantic_diff subtracts: the connections of a pair of pods that only one of two configurations allows."""
    (old, before), (new, after) = config_of(case["file"]), config_of(case["changed"])
    lost, gained = SemanticDiffQuery(old, new).filter_conns_by_input_or_internal_constraints(before, after)
    lost, gained = lost - gained, gained - lost
    peers = peers_of(new)
    answers = []
    for one in case["requests"]:
        cube = {
            "src_peers": peer_set(peers, one["from"]),
            "dst_peers": peer_set(peers, one["to"]),
            "protocols": ProtocolSet.get_protocol_set_with_single_protocol("TCP"),
            "dst_ports": ports_of(one["ports"]),
        }
        pair = ConnectivityProperties.make_conn_props(ConnectivityCube.make_from_dict(cube))
        answers.append([bool(gained & pair), bool(lost & pair)])
    return answers


def ports_of(numbers):
    ports = PortSet()
    for number in numbers:
        ports.add_port(number)
    return ports


answers = []
for case in json.load(sys.stdin):
    if "changed" in case:
        answers.append(changes(case))
        continue
    config, allowed = config_of(case["file"])
    peers = peers_of(config)
    answers.append([bool(allowed & properties(peers, one)) for one in case["requests"]])
print(json.dumps(answers))
