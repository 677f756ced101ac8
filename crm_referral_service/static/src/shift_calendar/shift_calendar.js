import { registry } from "@web/core/registry";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { calendarView } from "@web/views/calendar/calendar_view";

/** The calendar of shifts, with a button for a new one. */
export class ShiftCalendarController extends CalendarController {
    onNewShift() {
        return this.action.doAction("crm_referral_service.crm_service_shift_action_new", {
            onClose: () => this.model.load(),
        });
    }
}

registry.category("views").add("service_shift_calendar", {
    ...calendarView,
    Controller: ShiftCalendarController,
    buttonTemplate: "crm_referral_service.ShiftCalendar.controlButtons",
});
