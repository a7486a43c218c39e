# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = בהמתנה לנתוני מעקב
    .explanation = חברת המשלוחים עדיין לא מסרה מידע על החבילה שלך. המעקב מתחיל עם הסריקה הראשונה של החבילה.

info_received = פרטי המשלוח התקבלו
    .explanation = פרטי החבילה שלך נמצאים אצל חברת המשלוחים, אך היא עדיין לא אישרה שקיבלה את החבילה עצמה.

picked_up = נמצאת אצל חברת המשלוחים
    .explanation = חברת המשלוחים קיבלה את החבילה שלך מהשולח.

in_transit = בדרך
    .explanation = החבילה שלך נעה ברשת של חברת המשלוחים.

departed_origin = יצאה ממקום המשלוח
    .explanation = החבילה שלך יצאה ממקום המשלוח והיא בדרכה אל היעד.

arrived_destination = הגיעה לאזור היעד
    .explanation = החבילה שלך הגיעה לארץ היעד או לאזור היעד. ייתכן שעוד צפויות לה בדיקת מכס והובלה מקומית.

customs_processing = בטיפול המכס
    .explanation = החבילה שלך נמצאת בטיפול המכס. משך הטיפול תלוי ברשויות.

customs_released = שוחררה מהמכס
    .explanation = המכס שחרר את החבילה שלך, והיא יכולה להמשיך בדרכה.

customs_action_required = נדרשת פעולה לשחרור החבילה
    .explanation = המכס או חברת המשלוחים זקוקים למידע, למסמכים או לתשלום כדי שהחבילה תוכל להמשיך בדרכה.
    .action = יש לבדוק אם התקבלה הודעה מחברת המשלוחים ולמסור את הנדרש, או לפנות אליה בצירוף מספר המעקב.

out_for_delivery = יצאה לחלוקה
    .explanation = החבילה שלך נמצאת אצל השליח שמחלק באזורך.

available_for_pickup = מוכנה לאיסוף
    .explanation = החבילה שלך ממתינה לאיסוף.
    .action = יש לאסוף את החבילה. בהודעה של חברת המשלוחים כתוב היכן, עד מתי ומה צריך להביא.

attempt_failed = המסירה לא התאפשרה
    .explanation = חברת המשלוחים לא הצליחה למסור את החבילה שלך.
    .action = יש לבדוק אם הושארה הודעה של חברת המשלוחים, או לפנות אליה כדי לתאם מסירה חוזרת או איסוף.

delivered = נמסרה
    .explanation = חברת המשלוחים מדווחת שהחבילה שלך נמסרה.
    .dated = חברת המשלוחים מדווחת שהחבילה שלך נמסרה ב-{ $date }.

delayed = מתעכבת
    .explanation = חברת המשלוחים מדווחת על שיבוש. החבילה שלך עשויה להגיע מאוחר מהמתוכנן.

damaged = דווח על נזק
    .explanation = חברת המשלוחים מדווחת שהחבילה שלך ניזוקה. ייתכן שלא יהיה אפשר למסור אותה.
    .action = יש לפנות אל המוכר בצירוף מספר ההזמנה כדי לסכם את המשך הטיפול.

lost = החבילה לא נמצאה
    .explanation = חברת המשלוחים מדווחת שכרגע היא אינה מוצאת את החבילה שלך.
    .action = יש לפנות אל המוכר בצירוף מספר ההזמנה כדי לסכם את המשך הטיפול.

refused = קבלת החבילה סורבה
    .explanation = חברת המשלוחים מדווחת שהחבילה שלך לא התקבלה בעת המסירה.
    .action = אם החבילה עדיין דרושה לך, יש לפנות אל חברת המשלוחים או אל המוכר.

address_problem = בעיה בכתובת למסירה
    .explanation = חברת המשלוחים אינה יכולה למסור את החבילה לפי הכתובת או פרטי הנמען שברשותה.
    .action = יש לפנות אל חברת המשלוחים או אל המוכר כדי לאשר את הכתובת ואת פרטי ההתקשרות.

security_hold = מעוכבת לבדיקה
    .explanation = החבילה שלך מעוכבת לבדיקת אבטחה או לבדיקת עמידה בתקנות. חברת המשלוחים לא מסרה כמה זמן זה יימשך.

returning = בדרך חזרה אל השולח
    .explanation = החבילה שלך מוחזרת אל השולח.
    .action = אם הפריטים עדיין דרושים לך, או אם צפוי לך החזר כספי, יש לפנות אל המוכר.

returned = הוחזרה אל השולח
    .explanation = חברת המשלוחים מדווחת שהחבילה שלך חזרה אל השולח.
    .action = אם הפריטים עדיין דרושים לך, או אם צפוי לך החזר כספי, יש לפנות אל המוכר.

expired = אין נתוני מעקב עדכניים
    .explanation = זה זמן רב שחברת המשלוחים לא מסרה מידע חדש על החבילה שלך.
    .action = אם החבילה לא הגיעה אליך, יש לפנות אל המוכר.

cancelled = המשלוח בוטל
    .explanation = המשלוח הזה בוטל. החבילה שלך לא תמשיך בדרכה כמתוכנן.
    .action = אם הביטול לא היה צפוי, יש לפנות אל המוכר.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = מועד המסירה הצפוי: { $date }.
expected-later = המועד הצפוי החדש: { $date }, { $days ->
        [one] יום אחד
        [two] יומיים
       *[other] { $days } ימים
    } אחרי המועד שנמסר תחילה.
expected-earlier = המועד הצפוי החדש: { $date }, { $days ->
        [one] יום אחד
        [two] יומיים
       *[other] { $days } ימים
    } לפני המועד שנמסר תחילה.
held-until = אפשר לאסוף אותה עד { $date }.
place = מקום: { $place }.
reference = מספר מעקב: { $tracking }.
carrier-reference = חברת המשלוחים: { $carrier }, מספר מעקב: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = לא היה מי שיקבל את החבילה.
detail-no-access = השליח לא הצליח להגיע אל הדלת או אל תיבת הדואר.
detail-business-closed = בית העסק היה סגור.
detail-address-incomplete = הכתובת חלקית או שלא אותרה.
detail-payment-due = תחילה יש לשלם מכס, מס או אגרה.
detail-documents-missing = המכס זקוק למידע נוסף או למסמכים.
detail-bad-weather = מזג אוויר קשה מעכב את המשלוחים.
detail-strike = שביתה מעכבת את המשלוחים.
detail-public-holiday = אין חלוקה ביום החג.
detail-sorting-center = החבילה נמצאת במרכז מיון.
detail-left-facility = החבילה יצאה ממרכז מיון.
detail-handed-to-partner = חברת משלוחים אחרת קיבלה את החבילה לטיפולה.
detail-left-at-door = החבילה הונחה ליד הדלת.
detail-left-with-neighbor = החבילה נמסרה לשכנים.
detail-in-parcel-locker = החבילה נמצאת בלוקר לאיסוף חבילות.
detail-signed = הנמען חתם על קבלת החבילה.
