"""Ways from outside to workloads, as the files of gateways, proxies and Compose tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.files.deployment import Route
from rlslint.files.deployment.reading import read_deployment

SERVICE = """kind: Service
metadata: {name: api-svc, namespace: prod}
spec:
  selector: {app: api}
"""
WORKLOAD = """kind: Deployment
metadata: {name: backend, namespace: prod}
spec:
  template:
    metadata: {labels: {app: api, tier: web}}
"""
INGRESS = """kind: Ingress
metadata: {name: shop, namespace: prod}
spec:
  rules:
    - host: shop.example.org
      http:
        paths:
          - path: /api
            backend: {service: {name: api-svc}}
"""


def routes(tmp_path: Path, files: dict[str, str]) -> list[Route]:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, newline="")
    paths = [str(tmp_path / name) for name in files]
    return list(read_deployment(paths, str(tmp_path)).routes)


def shown(route: Route) -> str:
    at = f"{route.span.text.path}:{route.span.text.location(route.span.start).row}"
    return f"{at} {route.where} -> {route.because or route.workload}"


ENTRANCES = {
    "Ingress": (INGRESS, 9, "shop.example.org/api"),
    "an old Ingress": (
        "kind: Ingress\nspec:\n  backend:\n    serviceName: api-svc\n    servicePort: 80\n", 4, "",
    ),
    "HTTPRoute": (
        "kind: HTTPRoute\nspec:\n  parentRefs: [{name: public}]\n  hostnames: [a.example.org]\n"
        "  rules:\n    - matches: [{path: {type: PathPrefix, value: /v2}}]\n"
        "      backendRefs:\n        - {name: api-svc, namespace: prod}\n",
        8, "a.example.org/v2",
    ),
    "VirtualService": (
        "kind: VirtualService\nspec:\n  hosts: [b.example.org]\n  gateways: [mesh, edge/public]\n"
        "  http:\n    - match: [{uri: {prefix: /x}}]\n      route:\n"
        "        - destination: {host: api-svc.prod.svc.cluster.local}\n",
        8, "b.example.org/x",
    ),
    "IngressRoute": (
        "kind: IngressRoute\nspec:\n  routes:\n    - match: Host(`c.example.org`)\n"
        "      services:\n        - {name: api-svc, namespace: prod}\n",
        6, "Host(`c.example.org`)",
    ),
    "HTTPProxy": (
        "kind: HTTPProxy\nspec:\n  virtualhost: {fqdn: d.example.org}\n  routes:\n"
        "    - services: [{name: api-svc}]\n",
        5, "d.example.org",
    ),
    "a Route of OpenShift": (
        "kind: Route\nspec:\n  host: e.example.org\n  to: {kind: Service, name: api-svc}\n",
        4, "e.example.org",
    ),
    "a Mapping of Ambassador": (
        "kind: Mapping\nspec:\n  hostname: '*'\n  prefix: /f/\n  service: api-svc.prod:8080\n",
        5, "/f/",
    ),
    "Kong": (
        "_format_version: '3.0'\nservices:\n  - name: api\n    url: http://api-svc.prod.svc:80/\n"
        "    routes:\n      - name: r\n        paths: [/kong]\n",
        6, "/kong",
    ),
    "Kong, routes apart": (
        "_format_version: '3.0'\nservices:\n  - {name: api, host: api-svc}\nroutes:\n"
        "  - name: r\n    service: {name: api}\n    hosts: [g.example.org]\n",
        5, "g.example.org",
    ),
    "Envoy": (
        "static_resources:\n  listeners:\n    - filter_chains:\n        - filters:\n"
        "            - typed_config:\n                route_config:\n"
        "                  virtual_hosts:\n                    - routes:\n"
        "                        - {match: {prefix: /h}, route: {cluster: api}}\n"
        "  clusters:\n    - name: api\n      load_assignment:\n        endpoints:\n"
        "          - lb_endpoints:\n              - endpoint: {address: {socket_address:"
        " {address: api-svc, port_value: 80}}}\n",
        9, "/h",
    ),
    "an open Service": (
        "kind: Service\nmetadata: {name: open}\nspec:\n  selector: {app: api}\n"
        "  type: LoadBalancer\n",
        5, "",
    ),
    "a List": (f"kind: List\nitems:\n- {INGRESS.rstrip().replace(chr(10), chr(10) + '  ')}\n",
               11, "shop.example.org/api"),
    "Windows' line ends": (INGRESS.replace("\n", "\r\n"), 9, "shop.example.org/api"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ENTRANCES)
def test_a_way_in_leads_through_a_service_to_its_workload(kind: str, tmp_path: Path) -> None:
    entrance, row, where = ENTRANCES[kind]
    files = {"in.yaml": entrance, "service.yaml": SERVICE, "workload.yaml": WORKLOAD}
    (found,) = routes(tmp_path, files)
    assert shown(found) == f"in.yaml:{row} {where} -> backend."


@pytest.mark.parametrize(
    ("name", "content", "row", "where"),
    [
        ("edge/nginx.conf",
         "upstream up { server web:80; }\nserver {\n  server_name n.example.org;\n"
         "  location /a/ {\n    proxy_pass http://up/;\n  }\n}\n", 5, "n.example.org/a/"),
        ("edge/site.conf",
         "server {\n  set $up http://web:80;\n  # proxy_pass http://no;\n"
         "  location / { proxy_pass $up; }\n}\n", 4, "/"),
        ("Caddyfile", "shop.example.org {\n  reverse_proxy /api/* web:80\n}\n", 2,
         "shop.example.org"),
        ("k8s/config.yaml",
         "kind: ConfigMap\ndata:\n  default.conf: |\n"
         "    server { location /c { grpc_pass grpc://web:80; proxy_pass http://web:80; } }\n",
         3, "/c"),
    ],
)  # fmt: skip
def test_a_proxy_leads_to_a_service_of_compose(
    name: str, content: str, row: int, where: str, tmp_path: Path
) -> None:
    compose = "services:\n  web:\n    image: x\n    ports: ['127.0.0.1:80:80']\n"
    found = routes(tmp_path, {name: content, "compose.yml": compose})
    assert {shown(one) for one in found} == {f"{name}:{row} {where} -> services.web."}
    assert {one.file for one in found} == {"compose.yml"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.yaml", INGRESS.replace("prod}", "prod, annotations: {ingress.class: internal}}")),
        ("a.yaml", "kind: VirtualService\nspec:\n  http:\n    - route:\n"
                   "        - destination: {host: api-svc}\n"),
        ("a.yaml", "kind: HTTPRoute\nspec:\n  parentRefs: [{kind: Service, name: other}]\n"
                   "  rules: [{backendRefs: [{name: api-svc}]}]\n"),
        ("a.yaml", "kind: Service\nmetadata:\n  name: lb\n  annotations:\n"
                   "    networking.gke.io/load-balancer-type: Internal\nspec:\n"
                   "  type: LoadBalancer\n  selector: {app: api}\n"),
        ("values.yaml", "ingress:\n  enabled: false\n"),
        ("nginx.conf", "location /p { internal; proxy_pass http://api-svc; }\n"),
        ("nginx.conf", "server { deny all; location / { proxy_pass http://api-svc; } }\n"),
        ("compose.yml", "services:\n  a:\n    ports: ['127.0.0.1:80:80']\n"),
        ("compose.yml", "services:\n  a:\n    ports: [{target: 80, host_ip: 127.0.0.1}]\n"),
        ("compose.yml", "services:\n  a:\n    labels:\n      traefik.enable: 'false'\n"
                        "      traefik.http.routers.a.rule: Host(`x`)\n"),
    ],
)  # fmt: skip
def test_what_is_for_callers_from_inside_is_no_way_in(
    name: str, content: str, tmp_path: Path
) -> None:
    assert not routes(tmp_path, {name: content, "s.yaml": SERVICE, "w.yaml": WORKLOAD})


@pytest.mark.parametrize(
    ("files", "because"),
    [
        ({"in.yaml": INGRESS}, "no Service and no workload is called api-svc"),
        ({"in.yaml": INGRESS, "s.yaml": SERVICE},
         "no workload of the Service api-svc is here"),
        ({"in.yaml": INGRESS, "s.yaml": SERVICE.replace("prod", "other"), "w.yaml": WORKLOAD},
         "no Service and no workload is called api-svc"),
        ({"in.yaml": "kind: HTTPRoute\nspec: {rules: []}\n"}, "nothing says where it leads"),
        ({"in.yaml": "kind: Ingress\nspec: [\n"},
         "its file is not read: it is no YAML from line 3 on"),
        ({"compose.yml": "services:\n  web:\n    ports: ['80:80'\n"},
         "its file is not read: it is no YAML from line 4 on"),
    ],
)  # fmt: skip
def test_a_way_that_is_lost_says_why(files: dict[str, str], because: str, tmp_path: Path) -> None:
    (found,) = routes(tmp_path, files)
    assert found.because == because


def test_names_that_a_chart_fills_in_are_the_same_within_the_chart(tmp_path: Path) -> None:
    name = '{{ include "shop.fullname" . }}'
    (found,) = routes(
        tmp_path,
        {
            "chart/templates/ingress.yaml": "kind: Ingress\nspec:\n  defaultBackend:\n"
            f"    service:\n      name: {name}\n",
            "chart/templates/service.yaml": f"kind: Service\nmetadata:\n  name: {name}\nspec:\n"
            "  selector:\n    {{- include \"shop.selectorLabels\" . | nindent 4 }}\n",
            "chart/templates/deployment.yaml": f"kind: Deployment\nmetadata:\n  name: {name}\n",
        },
    )  # fmt: skip
    assert not found.because and found.workload


def test_the_values_of_a_chart_turn_ingresses_on_for_a_part(tmp_path: Path) -> None:
    values = "api:\n  ingress:\n    enabled: true\n    hosts: [{host: v.example.org}]\n"
    (found,) = routes(tmp_path, {"chart/values.yaml": values})
    assert shown(found) == "chart/values.yaml:3 v.example.org -> api."


def test_stages_before_production_are_told(tmp_path: Path) -> None:
    files = {"overlays/staging/in.yaml": INGRESS, "s.yaml": SERVICE, "w.yaml": WORKLOAD}
    assert [one.development for one in routes(tmp_path, files)] == [True]


def test_thousands_of_manifests_take_steps_in_proportion(tmp_path: Path) -> None:
    files = {
        f"{n}.yaml": "---\n".join(
            part.replace("api", f"api{n}").replace("backend,", f"backend{n},")
            for part in (INGRESS, SERVICE, WORKLOAD)
        )
        for n in range(300)
    }
    found = routes(tmp_path, files)
    assert {one.workload for one in found} == {f"backend{n}." for n in range(300)}
