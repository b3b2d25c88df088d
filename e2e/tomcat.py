"""Debian's Tomcat 10 as a product: its `server.xml` has what a test wants, files below `/jira` answer."""

import json
from pathlib import Path

from harness import Process, wait_until

JARS = Path("/usr/share/java")
# How long a Java virtual machine may take to start on a machine that has much else to do, in seconds.
START = 120
CONNECTOR = '<Connector port="8080" protocol="HTTP/1.1" />'
SERVED = {
    "status": {"state": "RUNNING"},
    "rest/api/2/myself": {"name": "alice"},
    "rest/api/2/serverInfo": {"baseUrl": "http://jira"},
}
WEB = """<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
<servlet><servlet-name>default</servlet-name>
<servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
<servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
</web-app>
"""


def class_path():
    """The jars without those that carry a number too: they are the same files."""
    jars = [jar for jar in sorted(JARS.glob("tomcat10-*.jar")) if "-10." not in jar.name]
    assert jars, f"no tomcat10-*.jar in {JARS}: install libtomcat10-java"
    return ":".join(map(str, jars))


class Tomcat:
    """`java` itself, in a network of a test's own. `name`: of its files."""

    def __init__(self, folder, namespace, name, connector=CONNECTOR, valves=""):
        home = folder / name
        (home / "conf").mkdir(parents=True)
        for path, document in SERVED.items():
            file = home / "jira" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(document))
        (home / "conf/web.xml").write_text(WEB)
        # All of Tomcat is on the class path: no loaders of its own.
        loaders = "".join(f"{kind}.loader=\n" for kind in ("common", "server", "shared"))
        (home / "conf/catalina.properties").write_text(loaders)
        (home / "conf/server.xml").write_text(
            f"""<Server port="-1"><Service name="Catalina">
{connector}
<Engine name="Catalina" defaultHost="localhost">
{valves}
<Host name="localhost" appBase="webapps"><Context path="/jira" docBase="{home}/jira" /></Host>
</Engine></Service></Server>
"""
        )
        java = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        places = [f"-Dcatalina.{kind}={home}" for kind in ("home", "base")]
        config = f"-Dcatalina.config=file:{home}/conf/catalina.properties"
        main = ["-cp", class_path(), "org.apache.catalina.startup.Bootstrap", "start"]
        command = [*java, *places, config, f"-Djava.io.tmpdir={home}", *main]
        self.process = Process(namespace.command(command), home, "tomcat")
        try:
            wait_until(self.has_started, "Tomcat has started", START)
        except BaseException:
            self.process.kill()
            raise

    def has_started(self):
        self.process.check_runs()
        return "Server startup in" in self.process.said()
