use super::{Context, Finding, Rule};
use crate::check::values::{http_host, http_path, origin, port};
use crate::check::{Entry, Spot};

/// A host, port, path or origin that is none, or HTTP for a template that does not answer it.
pub struct Http;

impl Rule for Http {
    fn id(&self) -> &'static str {
        "http"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let hosts = context.workflow.http_hosts.iter().filter_map(|field| {
            let wrong = http_host(&field.text).err()?;
            Some(Finding::at(field, wrong.message).advise(wrong.help))
        });
        hosts.chain(context.entries.iter().flat_map(|entry| check(context, entry))).collect()
    }
}

fn check(context: &Context<'_>, entry: &Entry<'_>) -> Vec<Finding> {
    let task = entry.task;
    let (port_field, path_field) = (task.http_port.as_ref(), task.http_path.as_ref());
    let origins = &task.http_allow_origins;
    let given = port_field.or(path_field).or(origins.first()).is_some();
    if let Some(template) = entry.template.as_ref().filter(|template| given && !template.serves_http()) {
        let spot = Spot::Place(task.place.key("http").name());
        let message = format!("components of the template `{}` do not answer HTTP", template.manifest.name);
        let serving = context.catalog.templates.iter().find(|template| template.serves_http());
        let help = match serving {
            Some(other) => format!("remove `http`, or use a template that does: `{}`", other.manifest.name),
            None => "remove `http`".to_owned(),
        };
        return vec![Finding::error(spot, message).of(entry.index).advise(help)];
    }
    let port = entry.validate(port_field, port);
    let path = entry.validate(path_field, |text| http_path(text).map(drop));
    let origins = origins.iter().filter_map(|field| entry.validate(Some(field), origin));
    port.into_iter().chain(path).chain(origins).collect()
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, found_with, project, show, task};

    #[test]
    fn ports_and_paths_are_judged() {
        let http = |value: &str| found_with(&["type: http_producer_nats", &format!("http: {value}")]);
        assert_eq!(http("{port: 8000, path: /a}").len(), 0);
        assert_eq!(
            http("{port: 0, path: a}"),
            [
                "11:18 http: `0` is not a valid port (write a whole number from 1 to 65535)",
                "11:27 http: the path `a` does not begin with `/` (write `/a`)",
            ]
        );
        assert_eq!(http("{allow_origins: https://page.example}").len(), 0);
        assert_eq!(
            http("{allow_origins: [https://page.example, https://page.example/, '*']}"),
            [
                "11:50 http: `https://page.example/` is not a valid origin \
                 (write `https://page.example`: an origin has no path)",
                "11:73 http: `*` is not a valid origin \
                 (write scheme and host, and the port if there is one, such as `https://page.example`)",
            ]
        );
        assert_eq!(http("{port: '80\\u0000'}").len(), 1);
    }

    #[test]
    fn hosts_of_the_workflow_are_judged() {
        let hosts = |value: &str| {
            let text = format!("project_name: P\nhttp: {{hosts: {value}}}\ntasks:\n{}", task(&[]));
            let (report, _) = check_in(project().path(), &text);
            report.problems.iter().map(show).collect::<Vec<_>>()
        };
        assert_eq!(hosts("[api.example.org, 10.0.0.5]").len(), 0);
        assert_eq!(hosts("localhost").len(), 0);
        assert_eq!(
            hosts("[a.example, 'http://b.example:80']"),
            ["2:27 http: `http://b.example:80` is not a valid host name \
              (write `b.example`: a name in lower case, without scheme, port and path)"]
        );
    }

    #[test]
    fn only_templates_that_answer_http_take_it() {
        assert_eq!(
            found_with(&["http: {port: 8000}"]),
            ["11:5 http: components of the template `processor_nats` do not answer HTTP \
              (remove `http`, or use a template that does: `http_producer_nats`)"]
        );
    }
}
