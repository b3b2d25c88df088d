//! What came of a run, in numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::compare::Difference;
use crate::plan::Plan;

/// How many differences are kept with their requests.
const KEPT: usize = 200;

/// See the module.
#[derive(Default)]
pub(crate) struct Report {
    /// Requests that were made up.
    pub(crate) generated: u64,
    /// Refused by the gate, by reason.
    pub(crate) refused: BTreeMap<String, u64>,
    /// Answered by the gate itself.
    pub(crate) local: u64,
    /// Connections that ended without an answer to what was cut short.
    pub(crate) unanswered: u64,
    /// The first of these.
    pub(crate) cut: Vec<Plan>,
    /// Answered by Tomcat without the servlet, by status.
    pub(crate) refused_by_tomcat: BTreeMap<u16, u64>,
    /// Read by the servlet.
    pub(crate) echoed: u64,
    /// Of these, targets that can be read in several ways.
    pub(crate) unclear: u64,
    /// Of these, what came behind a request whose end is in doubt.
    pub(crate) extra: u64,
    /// Of these, compared with the gate's record too.
    pub(crate) recorded: u64,
    /// All differences by class.
    pub(crate) classes: BTreeMap<&'static str, u64>,
    /// The first differences.
    pub(crate) differences: Vec<(Difference, Plan)>,
    pub(crate) took: Duration,
}

impl Report {
    /// Keeps differences of one request.
    pub(crate) fn add(&mut self, found: Vec<Difference>, plan: &Plan) {
        for difference in found {
            *self.classes.entry(difference.class).or_default() += 1;
            if self.differences.len() < KEPT {
                self.differences.push((difference, plan.clone()));
            }
        }
    }

    /// Adds what another found.
    pub(crate) fn merge(&mut self, other: Self) {
        self.generated += other.generated;
        self.local += other.local;
        self.unanswered += other.unanswered;
        self.echoed += other.echoed;
        self.unclear += other.unclear;
        self.extra += other.extra;
        self.recorded += other.recorded;
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
        for (status, count) in other.refused_by_tomcat {
            *self.refused_by_tomcat.entry(status).or_default() += count;
        }
        for (class, count) in other.classes {
            *self.classes.entry(class).or_default() += count;
        }
        self.differences.extend(other.differences);
        self.differences.truncate(KEPT);
        self.cut.extend(other.cut);
        self.cut.truncate(KEPT);
    }

    /// How many differences there are.
    pub(crate) fn count(&self) -> u64 {
        self.classes.values().sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused: u64 = self.refused.values().sum();
        let seconds = self.took.as_secs_f64();
        writeln!(out, "  generated           {:>9}", self.generated)?;
        writeln!(out, "  refused by the gate {refused:>9}")?;
        for (reason, count) in &self.refused {
            writeln!(out, "    {reason:<30} {count:>9}")?;
        }
        writeln!(out, "  answered by itself  {:>9}", self.local)?;
        writeln!(out, "  cut, no answer      {:>9}", self.unanswered)?;
        let tomcat: u64 = self.refused_by_tomcat.values().sum();
        writeln!(out, "  refused by Tomcat   {tomcat:>9}  {:?}", self.refused_by_tomcat)?;
        writeln!(out, "  read by the servlet {:>9}", self.echoed)?;
        writeln!(out, "    of them unclear pages        {:>9}", self.unclear)?;
        writeln!(out, "    behind a doubtful end        {:>9}", self.extra)?;
        writeln!(out, "    compared with the record     {:>9}", self.recorded)?;
        writeln!(out, "  differences         {:>9}  {:?}", self.count(), self.classes)?;
        #[expect(clippy::cast_precision_loss, reason = "it is printed without a fraction")]
        let rate = self.generated as f64 / seconds;
        write!(out, "  {rate:.0} requests/s over {seconds:.1} s")
    }
}
