//! What a use case said no to, field by field.

use gatepass_console::fault::FORM;
use gatepass_console::page::create::field;
use gatepass_console::{Fault, FieldFault, PolicyFault, PolicyKey};
use gatepass_control::{ControlError, Problem, Violation};

use crate::halt::{self, Halt};

/// What is wrong with the form; anything else is not the form's fault.
pub(super) fn of(error: ControlError) -> Result<Vec<FieldFault>, Halt> {
    match error {
        ControlError::Invalid(problems) => Ok(problems.into_iter().map(problem).collect()),
        ControlError::Refused(violations) => Ok(violations.iter().map(violation).collect()),
        ControlError::Forbidden { lacking, .. } if lacking.right != "use" => {
            let field = match lacking.right {
                "create_on_behalf" | "on_behalf_of_administrators" => field::OWNER,
                "administer" => field::OVERRIDE_REASON,
                _ => return Err(halt::not_allowed(lacking).into()),
            };
            let rule = lacking.rule.map(|rule| rule.to_string());
            let key = PolicyKey::CreateOnBehalf;
            let fault = Fault::Policy(PolicyFault { key, rule, bound: None });
            Ok(vec![FieldFault { field, fault }])
        }
        other => Err(other.into()),
    }
}

fn problem(problem: Problem) -> FieldFault {
    let field = match problem.field {
        "name" => field::NAME,
        "purpose" => field::PURPOSE,
        "integration" => field::INTEGRATION,
        "owner" => field::OWNER,
        "directory" => field::DIRECTORY,
        "expires" => field::EXPIRES,
        "override" => field::OVERRIDE_REASON,
        "on_behalf_of_reason" => field::REASON,
        "grant.instances" | "instance" => field::INSTANCE,
        "grant.networks" => field::NETWORKS,
        "grant.allow" => field::ALLOW,
        "grant.deny" => field::DENY,
        "grant.required_headers" => field::HEADERS,
        "grant.limits" => field::RATE,
        _ => FORM,
    };
    FieldFault { field, fault: Fault::Said(problem.words) }
}

fn violation(violation: &Violation) -> FieldFault {
    let field = match violation.key {
        "instances" => field::INSTANCE,
        "longest_lifetime" => field::EXPIRES,
        "read_only" => field::ACCESS,
        "admin_operations" => field::ADMIN,
        "networks_required" => field::NETWORKS,
        "purpose_required" => field::PURPOSE,
        "integration_required" => field::INTEGRATION,
        "token_limits" => field::RATE,
        _ => FORM,
    };
    FieldFault { field, fault: Fault::Policy(super::view::policy_fault(violation)) }
}
