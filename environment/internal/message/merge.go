package message

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// merge reads Merge (Dataverse facts 5.17). Its rows carry @odata.type, for the
// parameters do not say of which table they are. PerformParentingChecks asks whether the
// rows may have different parents.
func merge(w *engine.Work, m *op.Message) (op.Answer, error) {
	target, ok := m.Argument("Target").(op.Row)
	subordinate, ok2 := m.Argument("Subordinate").(op.Row)
	check, ok3 := m.Argument("PerformParentingChecks").(bool)
	switch {
	case m.Bound != nil:
		return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	case !ok || !ok2 || !ok3:
		return op.Answer{}, dverr.InvalidArgument.Text("Merge needs the parameters Target and Subordinate, rows with @odata.type, and PerformParentingChecks.")
	case target.Key.Table != subordinate.Key.Table:
		return op.Answer{}, dverr.InvalidArgument.Text("Rows of '%s' and '%s' cannot be merged.", target.Key.Table.LogicalName, subordinate.Key.Table.LogicalName)
	case target.Key.ID.IsZero() || subordinate.Key.ID.IsZero() || target.Key.ID == subordinate.Key.ID:
		return op.Answer{}, dverr.InvalidArgument.Text("Target and Subordinate of Merge must be two rows.")
	}
	content, given := m.Argument("UpdateContent").(op.Row)
	if given && content.Key.Table != target.Key.Table {
		return op.Answer{}, dverr.InvalidArgument.Text("UpdateContent of Merge must be of the type '%s'.", target.Key.Table.LogicalName)
	}
	return op.Answer{}, w.Merge(target.Key, subordinate.Key, content.Values, check)
}
