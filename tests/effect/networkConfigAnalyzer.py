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


answers = []
for case in json.load(sys.stdin):
    file = case["file"]
    with contextlib.redirect_stdout(io.StringIO()):
        config = ResourcesHandler().get_network_config([file], [file], [file], None)
        allowed = config.allowed_connections().all_allowed_conns
    group = config.peer_container.get_all_peers_group()
    peers = {one.owner_name: one for one in group if getattr(one, "owner_name", None)}
    answers.append([bool(allowed & properties(peers, one)) for one in case["requests"]])
print(json.dumps(answers))
