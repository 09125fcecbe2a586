//! Searches: a page of rows, and the counts around it.

use crate::index::WorkloadIndex;
use crate::order::Order;
use crate::page::page;
use crate::scan::Matches;
use onepane_domain::{QueryPart, SearchRequest, SearchResult, Timestamp, Transition};

impl WorkloadIndex {
    /// Answers a request: how many workloads match, a page of them, and the parts that are asked for.
    ///
    /// Ties are broken by identity: account, Region, kind, then the name without regard to case, then exactly. Names
    /// and texts are compared without regard to case. [`onepane_domain::TimeWindow::All`] asks for nothing: workloads
    /// without the instant match too. The failure group `""` holds the failures without a reason.
    pub fn search(&self, request: &SearchRequest, now: Timestamp) -> SearchResult {
        let filter = &request.query.filter;
        let wants = |part: QueryPart| request.parts.contains(&part);
        let compiled = self.compile(filter, now);
        let matches = self.scan(&compiled, wants(QueryPart::Facets));
        let mut result = SearchResult { total: matches.total() as u64, ..SearchResult::default() };
        self.fill_page(request, &matches, &mut result);
        if wants(QueryPart::Facets) {
            result.facets = self.facets(filter, &matches.counts);
        }
        if wants(QueryPart::Histogram) {
            result.histogram = Some(self.histogram(filter, &matches, now));
        }
        if wants(QueryPart::Percentiles) {
            result.percentiles = Some(self.percentiles(&matches));
        }
        if wants(QueryPart::FailureGroups) {
            result.failure_groups = self.failure_groups(&compiled, &matches);
        }
        result
    }

    fn fill_page(&self, request: &SearchRequest, matches: &Matches, result: &mut SearchResult) {
        if request.limit == 0 {
            return;
        }
        let sort = request.query.sort;
        let order = Order::new(self, sort, request.query.order);
        let after = request.cursor.as_ref().map(|cursor| order.after(sort, cursor));
        let (skip, limit) = (request.offset as usize, request.limit as usize);
        let (rows, remaining) = page(&order, &matches.rows, after.as_ref(), skip, limit);
        if let Some(last) = rows.last()
            && skip + rows.len() < remaining
        {
            result.next = Some(order.cursor(sort, *last as usize));
        }
        result.rows = rows.into_iter().map(|row| self.transition(row as usize)).collect::<Vec<Transition>>();
    }
}
